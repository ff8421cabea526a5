import { expect, test } from "@jest/globals";
import { type ConnectionPhase, type Hop, HopError, PhaseError } from "../../../src/net/hop.ts";
import { createFirstContact } from "../../../src/net/layers/first-contact.ts";
import { direct, through } from "../../../testing/product/open-client.ts";

const hopTo = (host: string, more: Partial<Hop> = {}): Hop => ({
  method: "GET",
  url: `https://${host}/v2/`,
  host,
  route: direct,
  purpose: { kind: "registry", role: "source" },
  ...more,
});

const failing =
  (hop: Hop, phase: ConnectionPhase, timedOut = false) =>
  async () => {
    throw new HopError(hop, new PhaseError(phase, "words", { timedOut }));
  };

test("whoever comes later waits for the first, and passes when it did", async () => {
  const contact = createFirstContact();
  const hop = hopTo("a:443");
  const order: string[] = [];
  const first = Promise.withResolvers<string>();
  const results = [
    contact.through(hop, () => first.promise),
    ...["second", "third"].map((name) =>
      contact.through(hop, async () => {
        order.push(name);
        return name;
      }),
    ),
  ];
  await new Promise(setImmediate);
  expect(order).toEqual([]);
  first.resolve("first");
  expect(await Promise.all(results)).toEqual(["first", "second", "third"]);
});

test.each<[ConnectionPhase, boolean]>([
  ["lookup", false],
  ["dial", true],
  ["tunnel", false],
  ["tls", false],
  ["response", true],
])("what fails at %s (timed out: %p) holds for all, each told of its own hop", async (phase, timedOut) => {
  const contact = createFirstContact();
  const hop = hopTo("a:443");
  await expect(contact.through(hop, failing(hop, phase, timedOut))).rejects.toMatchObject({ phase });
  const other = hopTo("a:443", { purpose: { kind: "registry", role: "target" } });
  await expect(contact.through(other, () => Promise.reject(new Error("sent")))).rejects.toMatchObject({
    phase,
    hop: other,
  });
});

test.each<[ConnectionPhase, boolean]>([
  ["body", false],
  ["body", true],
  ["response", false],
])("what fails at %s (timed out: %p) is one request's own", async (phase, timedOut) => {
  const contact = createFirstContact();
  const hop = hopTo("a:443");
  await expect(contact.through(hop, failing(hop, phase, timedOut))).rejects.toMatchObject({ phase });
  expect(await contact.through(hop, async () => "sent")).toBe("sent");
});

test("an error of another kind says nothing of the host", async () => {
  const contact = createFirstContact();
  const hop = hopTo("a:443");
  await expect(contact.through(hop, () => Promise.reject(new Error("stopped")))).rejects.toThrow("stopped");
  expect(await contact.through(hop, async () => "sent")).toBe("sent");
});

test("a first contact that passes at its second try is one that answered", async () => {
  const contact = createFirstContact();
  const hop = hopTo("a:443");
  const again = async () => "sent again";
  const both = [contact.through(hop, failing(hop, "dial"), again), contact.through(hop, async () => "sent")];
  expect(await Promise.all(both)).toEqual(["sent again", "sent"]);
  expect(contact.hasAnswered(hop)).toBe(true);
});

test("another host, way or scheme is another contact", async () => {
  const contact = createFirstContact();
  const hop = hopTo("a:443");
  await expect(contact.through(hop, failing(hop, "dial"))).rejects.toMatchObject({ phase: "dial" });
  const others = [
    hopTo("b:443"),
    hopTo("a:443", { url: "http://a:443/v2/" }),
    hopTo("a:443", { route: through("http://proxy.corp:3128") }),
  ];
  for (const other of others) expect(await contact.through(other, async () => "sent")).toBe("sent");
});
