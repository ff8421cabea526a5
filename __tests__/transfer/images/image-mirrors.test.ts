import { expect, test } from "@jest/globals";
import { parse } from "smol-toml";
import { sha256 } from "../../../src/oci/digest.ts";
import { readInsecureRegistries } from "../../../src/proxy/files/registries-conf.ts";
import { imageMirrors } from "../../../src/transfer/images/image-mirrors.ts";
import { moved } from "../moved.ts";

const SHOP = "registry.corp/ocm/component-descriptors/acme.org/shop";

test("each old repository has the component's own for a mirror, by digest", () => {
  const text = imageMirrors(
    [moved("b", "far.test/b:2"), moved("a", "nginx"), moved("c", `far.test/b@${sha256("c")}`), moved("d", undefined)],
    "registry.corp/ocm",
  );
  const common = { "mirror-by-digest-only": true, mirror: [{ location: SHOP }] };
  expect(parse(text)).toEqual({
    registry: [
      { prefix: "docker.io/library/nginx", location: "docker.io/library/nginx", ...common },
      { prefix: "far.test/b", location: "far.test/b", ...common },
    ],
  });
  // The tags that lead nowhere, and what to write for them.
  expect(text.match(/^# {3}.*$/gm)).toEqual([
    `#   docker.io/library/nginx:latest -> docker.io/library/nginx@${sha256("a")}`,
    `#   far.test/b:2 -> far.test/b@${sha256("b")}`,
  ]);
  expect(readInsecureRegistries({ origin: "here", text })).toEqual([]);
});

test("copies in several components are mirrors one after the other", () => {
  const cart = moved("b", "far.test/app:2", { component: "acme.org/cart" });
  expect(parse(imageMirrors([moved("a", "far.test/app:1"), cart], "registry.corp/ocm"))).toMatchObject({
    registry: [{ mirror: [{ location: SHOP.replace("shop", "cart") }, { location: SHOP }] }],
  });
});

test("copies with tags are found by tag, if all of a repository have theirs", () => {
  const tagged = moved("a", "far.test/app:1", { repository: "app", isTagged: true });
  const text = imageMirrors([tagged], "registry.corp/ocm");
  expect(parse(text)).toMatchObject({
    registry: [{ "mirror-by-digest-only": false, mirror: [{ location: "registry.corp/ocm/app" }] }],
  });
  expect(text).not.toContain("->");
  expect(parse(imageMirrors([tagged, moved("b", "far.test/app:2")], "registry.corp/ocm"))).toMatchObject({
    registry: [{ "mirror-by-digest-only": true }],
  });
});

test("a repository is no mirror of itself", () => {
  expect(parse(imageMirrors([moved("a", `${SHOP}@${sha256("a")}`)], "registry.corp/ocm"))).toEqual({});
});
