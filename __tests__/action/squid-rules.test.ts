import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { runAction } from "../../testing/real/action.ts";
import { type Estate, mainJob, startEstate } from "../../testing/real/estate.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { type Squid, startSquid } from "../../testing/real/squid.ts";

afterEach(stopEverything);

const LOGIN = { user: "ada", password: "pass-word-of-a-test" };

withParts(["docker-registry", "squid"], "the rules that a blocked preflight writes for squid", () => {
  /** A squid that lets nobody in but by these rules, in front of the hosts of an estate. */
  function strictSquid({ source }: Estate, rules: readonly string[]): Promise<Squid> {
    const address = source.host.replace(/:\d+$/, "");
    const hosts = { "source.example.test": address, "cdn.example.test": address };
    return startSquid({ hosts, users: { [LOGIN.user]: LOGIN.password }, rules });
  }

  async function preflight(squid: Squid, login: boolean, rules: string) {
    const target = await startRegistry({ kind: "docker-registry" });
    const url = login ? squid.url.replace("//", `//${LOGIN.user}:${LOGIN.password}@`) : squid.url;
    const inputs = { command: "preflight", "write-proxy-config": `squid=${rules}`, retries: "1" };
    return runAction({ inputs: { ...mainJob({ squid: { ...squid, url } }, target), ...inputs } });
  }

  const codesOf = ({ annotations }: Awaited<ReturnType<typeof preflight>>) =>
    annotations.filter(({ level }) => level === "error").map(({ title }) => title);

  test("are loaded by it, let the run through step by step, and still ask for a login", async () => {
    const estate = await startEstate("docker-registry");
    const path = join(temporaryFolder(), "rules.conf");

    const closed = await preflight(await strictSquid(estate, []), true, path);
    expect([codesOf(closed), JSON.parse(closed.outputs.files ?? "")]).toEqual([
      ["PROXY_DENIED"],
      [{ format: "squid", path }],
    ]);
    expect(closed.outputs["allow-list"]).toBe("source.example.test:5000");

    const half = await preflight(await strictSquid(estate, [`include ${path}`]), true, path);
    expect(codesOf(half)).toEqual(["BLOB_HOST_DENIED"]);
    expect(readFileSync(path, "utf8")).not.toContain(LOGIN.password);

    const squid = await strictSquid(estate, [`include ${path}`]);
    expect(codesOf(await preflight(squid, true, join(temporaryFolder(), "other.conf")))).toEqual([]);
    expect((await squid.log()).filter(({ status, user }) => status === 200 && user !== LOGIN.user)).toEqual([]);

    const stranger = await preflight(squid, false, path);
    expect(codesOf(stranger)).toEqual(["PROXY_AUTH_REQUIRED"]);
    // What is written now asks for a login too, although this run has none.
    expect(readFileSync(path, "utf8")).toContain("acl ocm_login proxy_auth REQUIRED\n");
  });

  test("come with a request to the network team, in the summary and in the log", async () => {
    const estate = await startEstate("docker-registry", { deny: ["cdn.example.test"] });
    const target = await startRegistry({ kind: "docker-registry" });
    const url = estate.squid.url.replace("//", `//${LOGIN.user}:${LOGIN.password}@`);
    const job = mainJob({ squid: { ...estate.squid, url } }, target);
    for (const command of ["preflight", "transfer"]) {
      const { summary, stdout, code } = await runAction({
        inputs: { ...job, command, retries: "1" },
        env: { RUNNER_NAME: "build-7" },
      });
      expect(code).toBe(1);
      const request = /```text\n(Hello,[^`]*)\n```/.exec(summary)?.[1] ?? "";
      expect(request).toContain('the CI runner "build-7"');
      expect(request).toContain("  cdn.example.test:8080 - HTTP - blobs of source.example.test:5000\n");
      expect(request).toMatch(
        /^ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}(?:GET|HEAD) http:\/\/cdn\.example\.test:8080\/\S+ HTTP\/1\.1$/m,
      );
      expect(request).toContain(": 403 (ERR_ACCESS_DENIED 0)\n");
      expect(request).not.toContain(LOGIN.password);
      expect(stdout).toContain("::group::Request to send to the network team\nHello,\n");
    }
  });
});
