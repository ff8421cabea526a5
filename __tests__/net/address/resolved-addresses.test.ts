import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Party } from "../../../src/net/address/address-policy.ts";
import { uniqueAddress } from "../../../testing/real/address.ts";
import { httpServer, listen } from "../../../testing/real/listening.ts";
import { withParts } from "../../../testing/real/parts.ts";
import { nodeWithHosts, nodeWithNameServer } from "../../../testing/real/resolving.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import type { Outcome, Question } from "./asking-program.ts";

const PROGRAM = join(import.meta.dirname, "asking-program.ts");
const NAME = "attacker.example.test";

afterEach(stopEverything);

let server: { readonly address: string; readonly port: number };
beforeEach(async () => {
  const listening = httpServer(({ url = "" }, response) => {
    const to = url.startsWith("/to?") ? decodeURIComponent(url.slice(4)) : undefined;
    // Where the connection is closed, the next request has to resolve the name again.
    const headers = {
      ...(url === "/kept" ? {} : { connection: "close" }),
      ...(to === undefined ? {} : { location: to }),
    };
    response.writeHead(to === undefined ? 200 : 302, headers).end();
  });
  server = await listen(listening, { address: uniqueAddress() });
});

async function ask(node: string, questions: readonly Question[]): Promise<readonly Outcome[]> {
  const { stdout } = await promisify(execFile)(node, [PROGRAM, JSON.stringify(questions)]);
  return JSON.parse(stdout);
}

const at = (name: string, path = "/") => `http://${name}:${server.port}${path}`;
const itself = (kind: Party["kind"]): Party => ({ kind, host: `${NAME}:${server.port}` });
const beginning = (kind: Party["kind"]): Party => ({ kind, host: `${server.address}:${server.port}` });
const refused: Outcome = { came: "ADDRESS_REFUSED", dialled: [] };
const reached = (): Outcome => ({ came: 200, dialled: [server.address] });

withParts(["unshare", "perl"], "a name is judged by what it resolves to", () => {
  test.each([
    "169.254.169.254",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "fe80::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "2002:a9fe:a9fe::1",
  ])("a name of %s is dialled for nobody", async (address) => {
    const url = at(NAME);
    const node = nodeWithHosts({ [NAME]: address });
    const outcomes = await ask(node, [
      { url, party: itself("foreign-registry") },
      { url, party: itself("named-registry") },
      { url, party: itself("web-server") },
      { url, party: beginning("named-registry") },
      { url: at(server.address, `/to?${encodeURIComponent(url)}`), party: beginning("named-registry") },
    ]);
    expect(outcomes).toEqual([refused, refused, refused, refused, { ...reached(), came: "ADDRESS_REFUSED" }]);
  });

  test("a private name is dialled for registries, and not for the answers of one that only a descriptor names", async () => {
    const url = at(NAME);
    const outcomes = await ask(nodeWithHosts({ [NAME]: server.address }), [
      { url, party: itself("foreign-registry") },
      { url, party: beginning("named-registry") },
      { url, party: beginning("foreign-registry") },
      { url, party: itself("web-server") },
      { url: at(server.address, `/to?${encodeURIComponent(url)}`), party: beginning("foreign-registry") },
    ]);
    const led: Outcome = { came: "ADDRESS_REFUSED", dialled: [server.address] };
    expect(outcomes).toEqual([reached(), reached(), refused, refused, led]);
  });

  test("a connection that was opened for one party serves no other that may not go there", async () => {
    const url = at(NAME, "/kept");
    const outcomes = await ask(nodeWithHosts({ [NAME]: server.address }), [
      { url, party: beginning("named-registry") },
      { url, party: itself("web-server") },
      { url, party: itself("foreign-registry") },
    ]);
    expect(outcomes).toEqual([reached(), refused, { came: 200, dialled: [] }]);
  });

  describe("of several addresses, only those within reach are dialled", () => {
    test.each([
      ["metadata first", () => ["169.254.169.254", server.address]],
      ["metadata last", () => [server.address, "169.254.169.254"]],
      ["metadata of both families", () => ["fd00:ec2::254", "169.254.169.254", server.address]],
    ])("%s", async (_, addresses) => {
      const node = nodeWithHosts({ [NAME]: addresses() });
      expect(await ask(node, [{ url: at(NAME), party: itself("foreign-registry") }])).toEqual([reached()]);
    });

    test("a public one beside a private one", async () => {
      const node = nodeWithHosts({ [NAME]: [server.address, "192.0.2.1"] });
      const [outcome] = await ask(node, [{ url: at(NAME), party: itself("web-server") }]);
      expect(outcome?.dialled).toEqual(["192.0.2.1"]);
      expect(outcome?.came).not.toBe(200);
    });
  });

  test("S5: a name that changes after it was judged is judged again when it is dialled again", async () => {
    let asked = 0;
    const node = await nodeWithNameServer((nth) => {
      asked = nth;
      return nth === 1 ? [server.address] : ["169.254.169.254"];
    });
    const question: Question = { url: at(NAME), party: itself("foreign-registry") };
    expect(await ask(node, [question, question])).toEqual([reached(), refused]);
    // Judged and dialled is the same answer: there is no second question in between.
    expect(asked).toBe(2);
  });

  test("a redirect to a name that was harmless a moment ago is judged as it is now", async () => {
    const node = await nodeWithNameServer((nth) => (nth === 1 ? [server.address] : ["169.254.169.254"]));
    const url = at(NAME, `/to?${encodeURIComponent(at(NAME, "/secret"))}`);
    const [outcome] = await ask(node, [{ url, party: itself("named-registry") }]);
    expect(outcome).toEqual({ came: "ADDRESS_REFUSED", dialled: [server.address] });
  });
});
