import { get } from "node:https";
import { afterEach, expect, test } from "@jest/globals";
import { createAuthority } from "../../testing/real/certificates.ts";
import { httpServer, listen } from "../../testing/real/listening.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

withParts(["openssl"], "a throw-away certificate authority", () => {
  afterEach(stopEverything);

  test("is trusted by those who are told to, for the hosts it issued for", async () => {
    const authority = createAuthority();
    const server = httpServer(
      (_request, response) => void response.end("hello"),
      authority.issue("a.test", "127.0.0.1"),
    );
    const { port } = await listen(server);
    await expect(ask(port, "a.test", authority.cert)).resolves.toBe("hello");
    await expect(ask(port, "127.0.0.1", authority.cert)).resolves.toBe("hello");
    await expect(ask(port, "b.test", authority.cert)).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    await expect(ask(port, "a.test")).rejects.toMatchObject({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  });
});

function ask(port: number, host: string, ca?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const servername = host === "127.0.0.1" ? "" : host;
    get({ host: "127.0.0.1", port, servername, ca, agent: false, headers: { host } }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk)).once("end", () => resolve(text));
    }).once("error", reject);
  });
}
