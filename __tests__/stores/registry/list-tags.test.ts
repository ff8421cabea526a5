import { afterEach, describe, expect, test } from "@jest/globals";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type FaultAction } from "../../../testing/fakes/registry-faults.ts";
import { blobOf, manifestOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { httpServer, listen } from "../../../testing/real/listening.ts";
import { withParts } from "../../../testing/real/parts.ts";
import { startRegistry } from "../../../testing/real/registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const isList = asked({ kind: "tags" });

async function answering(...acts: readonly FaultAction[]) {
  const fake = await startFakeRegistry();
  for (const act of acts) fake.inject({ when: isList, times: 1, act });
  return { fake, repository: openRegistry(fake.host).repository("acme/shop") };
}

const page = (tags: unknown, link?: string): FaultAction => ({
  kind: "respond",
  status: 200,
  headers: link === undefined ? {} : { link },
  body: JSON.stringify({ name: "acme/shop", tags }),
});

test("page by page, whatever form the link to the next one has", async () => {
  const { fake, repository } = await answering(
    page(["1.0.0", "2.0.0"], '</v2/acme/shop/tags/list?n=2&last=2.0.0>; rel="next"'),
    page(["2.0.0", "3.0.0", "-no tag", 5], "<?n=2&last=3.0.0>; rel=next"),
    page(["4.0.0"]),
  );
  expect(await repository.listTags()).toEqual(["1.0.0", "2.0.0", "3.0.0", "4.0.0"]);
  expect(fake.requests.filter(isList).map(({ query }) => query.get("last"))).toEqual([null, "2.0.0", "3.0.0"]);
});

test.each<[string, FaultAction]>([
  ["a repository without tags", page(null)],
  ["one that does not exist", { kind: "respond", status: 404 }],
])("%s has none", async (_, act) => {
  const { repository } = await answering(act);
  expect(await repository.listTags()).toEqual([]);
});

test.each<[string, FaultAction, string]>([
  ["no list", page("1.0.0"), "MANIFEST_MALFORMED"],
  ["a web page", { kind: "respond", status: 200, body: "<html>" }, "MANIFEST_MALFORMED"],
  ["a refusal", { kind: "respond", status: 403 }, "DENIED"],
  [
    "a next page elsewhere",
    page([], '<https://elsewhere.test/v2/acme/shop/tags/list>; rel="next"'),
    "REDIRECT_MALFORMED",
  ],
  ["a next page that is another resource", page([], '</v2/acme/shop/manifests/1>; rel="next"'), "REDIRECT_MALFORMED"],
  ["a page that is its own next", page(["1"], '<?n=1000>; rel="next"'), "REDIRECT_MALFORMED"],
])("%s is an error", async (_, act, code) => {
  const { repository } = await answering(act);
  await expect(repository.listTags()).rejects.toMatchObject({ code });
});

test("the query of the next page is sent as the registry wrote it, and each tag is listed once", async () => {
  const cursors = ["next_page=gAAA%2Bx%3D%3D&n=50", "n=50&cursor=a+b%2fc~%25&last=", "last=b,c;d%22&n=2"];
  const server = httpServer((request, response) => {
    const at = asked.push(request.url?.split("?")[1] ?? "") - 1;
    if (at > 0 && asked[at] !== cursors[at - 1]) response.writeHead(405).end();
    else if (at === cursors.length) response.end(JSON.stringify({ tags: ["9.0.0"] }));
    else {
      response.setHeader("link", `<?${cursors[at]}>; title="a, b"; rel = "prev next"`);
      response.end(JSON.stringify({ tags: [`${9 - at}.1.0`, `${8 - at}.1.0`] }));
    }
  });
  const asked: string[] = [];
  const { port } = await listen(server);
  const tags = await openRegistry(`127.0.0.1:${port}`).repository("acme/shop").listTags();
  expect(tags).toEqual(["9.1.0", "8.1.0", "7.1.0", "6.1.0", "9.0.0"]);
  expect(asked.slice(1)).toEqual(cursors);
});

test("a header Link that a gateway adds does not hide that of the registry", async () => {
  const server = httpServer(({ url = "" }, response) => {
    const links = ['</docs>; rel="help"; title="tags, pages"', "<?last=a>; rel='next'"];
    if (url.includes("last=a")) response.end(JSON.stringify({ tags: ["b"] }));
    else response.setHeader("link", links).end(JSON.stringify({ tags: ["a"] }));
  });
  const { port } = await listen(server);
  expect(await openRegistry(`127.0.0.1:${port}`).repository("acme/shop").listTags()).toEqual(["a", "b"]);
});

describe("behind a reverse proxy, a next page", () => {
  const links: readonly [string, (host: string) => string][] = [
    ["has a prefix that is served", () => "/registry/v2/acme/shop/tags/list?last=a"],
    ["has a prefix that is not served", () => "/inner/v2/acme/shop/tags/list?last=a"],
    ["has another scheme", (host) => `https://${host}/v2/acme/shop/tags/list?last=a`],
    ["has no port", (host) => `http://${host.split(":")[0]}/v2/acme/shop/tags/list?last=a`],
  ];
  test.each(links)("%s, and is read", async (_, link) => {
    const server = httpServer(({ url = "", headers: { host = "" } }, response) => {
      if (url.startsWith("/inner/")) response.writeHead(404).end();
      else if (url.includes("last=a")) response.end(JSON.stringify({ tags: ["b"] }));
      else response.setHeader("link", `<${link(host)}>; rel=next`).end(JSON.stringify({ tags: ["a"] }));
    });
    const { port } = await listen(server);
    expect(await openRegistry(`127.0.0.1:${port}`).repository("acme/shop").listTags()).toEqual(["a", "b"]);
  });
});

describe("a list of which only a part can be read is an error", () => {
  test.each(['<?last=a>; rel="next', "<?last=a>", "?last=a; rel=next", "<?last=a>; rel=prev next"])(
    "with the header Link: %s",
    async (link) => {
      const { repository } = await answering(page(["a"], link), page(["b"]));
      await expect(repository.listTags()).rejects.toMatchObject({ code: "LIST_INCOMPLETE" });
    },
  );

  test.each([
    [404, "LIST_INCOMPLETE"],
    [405, "LIST_INCOMPLETE"],
    [400, "LIST_INCOMPLETE"],
    [403, "DENIED"],
  ])("with a second page that is answered by %i", async (status, code) => {
    const { repository } = await answering(page(["a"], "<?last=a>; rel=next"), { kind: "respond", status });
    await expect(repository.listTags()).rejects.toMatchObject({ code });
  });
});

test("S4, V8: pages that lead to each other end with an error, when each was read once", async () => {
  const fake = await startFakeRegistry();
  const links = ["<?n=1000&last=b>; rel=next", "<?n=1000&last=a>; rel=next"];
  for (const link of [...links, ...links]) fake.inject({ when: isList, times: 1, act: page(["1"], link) });
  const { host } = fake;
  await expect(openRegistry(host).repository("acme/shop").listTags()).rejects.toMatchObject({
    code: "REDIRECT_MALFORMED",
    where: host,
  });
  expect(fake.requests.filter(isList).map(({ query }) => query.get("last"))).toEqual([null, "b", "a"]);
});

/** A registry whose list has no end: each page is `body`, and leads to another. */
async function endless(body: string) {
  let pages = 0;
  const server = httpServer((_, response) => {
    response.setHeader("link", `<?n=1000&last=${++pages}>; rel="next"`).end(body);
  });
  const { port } = await listen(server);
  return { repository: openRegistry(`127.0.0.1:${port}`).repository("acme/shop"), pages: () => pages };
}

test("S4, V8: a list has an end, in pages, bytes and tags", async () => {
  const long = await endless('{"tags":["1"]}');
  await expect(long.repository.listTags()).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE" });
  expect(long.pages()).toBe(1000);
  const wide = await endless(JSON.stringify({ tags: ["1"] }).padEnd(8 * 1024 * 1024));
  await expect(wide.repository.listTags()).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE" });
  expect(wide.pages()).toBe(5);
  const full = await endless(JSON.stringify({ tags: Array.from({ length: 500_001 }, (_, tag) => String(tag)) }));
  await expect(full.repository.listTags()).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE" });
  expect(full.pages()).toBe(1);
});

test("the list of tags is the same for all who ask, and asked for again after an error", async () => {
  const { fake, repository } = await answering({ kind: "respond", status: 403 }, page(["1"]));
  await expect(repository.listTags()).rejects.toMatchObject({ code: "DENIED" });
  expect(await Promise.all([repository.listTags(), repository.listTags()])).toEqual([["1"], ["1"]]);
  expect(fake.requests.filter(isList)).toHaveLength(2);
});

withParts(["docker-registry"], "a real registry", () => {
  test("lists what was tagged", async () => {
    const { host } = await startRegistry({ kind: "docker-registry" });
    const repository = openRegistry(host).repository("acme/shop");
    const config = blobOf("{}");
    const { descriptor, content } = manifestOf(config);
    await repository.push(config, Buffer.from("{}"));
    await repository.push(descriptor, content);
    for (const tag of ["1.0.0", "1.1.0"]) await repository.tag(descriptor, tag);
    expect([...(await repository.listTags())].sort()).toEqual(["1.0.0", "1.1.0"]);
  });
});
