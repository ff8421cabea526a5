import { afterEach, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, addIndex, imageResource } from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runCommand } from "../../testing/product/run-command.ts";
import { httpServer, listen } from "../../testing/real/listening.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const HOME = "moved/component-descriptors/acme.org/shop";

async function startSource(): Promise<FakeRegistry> {
  const source = await startFakeRegistry();
  addIndex(source, "images/shop", [addImage(source, "images/shop")], { tag: "1" });
  const resources = [imageResource("shop", `${source.origin}/images/shop:1`)];
  addComponentVersion(source, { resources, blobs: ["a local blob"] });
  return source;
}

const transfer = (source: FakeRegistry, target: string) =>
  runCommand("transfer", {
    "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
    target: `${target}/moved`,
    "copy-resources": "true",
    "access-fallback": "artifact-set",
  });

test.each([307, 308])("a target that has moved, and redirects every request by %i, gets everything", async (status) => {
  const source = await startSource();
  const moved = await startFakeRegistry({ address: "127.0.0.2" });
  const server = httpServer(({ url = "" }, response) => {
    response.writeHead(status, { location: `${moved.origin}${url}` }).end();
  });
  const { address, port } = await listen(server);
  const { errors, findings } = await transfer(source, `http://${address}:${port}`);
  expect(errors).toEqual([]);
  expect(findings.map(({ code }) => code)).not.toContain("CONTENT_MISREPORTED");
  expect(Object.keys(moved.tags(HOME))).toEqual(["1.0.0"]);
});

test.each([301, 302, 303])(
  "a manifest that is redirected by %i is an error that names the place, and no fallback is tried",
  async (status) => {
    const source = await startSource();
    const target = await startFakeRegistry();
    const location = "http://127.0.0.3:9/there";
    target.inject({
      when: ({ method, kind }) => method === "PUT" && kind === "manifest",
      act: { kind: "respond", status, headers: { location } },
    });
    const { errors, findings } = await transfer(source, target.origin);
    expect(errors).toEqual([
      expect.stringMatching(/^REGISTRY_REFUSED: .* redirects to http:\/\/127\.0\.0\.3:9\/there/),
    ]);
    expect(findings.map(({ code }) => code)).not.toContain("ACCESS_FALLBACK");
    expect(target.tags(HOME)).toEqual({});
  },
);
