import { afterEach, describe, expect, test } from "@jest/globals";
import { type Digest, sha256 } from "../../../src/oci/digest.ts";
import { referrersTag } from "../../../src/stores/registry/referrers.ts";
import { addImage, addReferrer, SBOM, SIGNATURE } from "../../../testing/content/content.ts";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type FaultAction } from "../../../testing/fakes/registry-faults.ts";
import { openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const isQuestion = asked({ kind: "referrers" });
const [ONE, TWO] = [sha256("one"), sha256("two")];

describe("the tag that stands in for the API", () => {
  // The third is an example of the specification.
  test.each([
    [ONE, ONE.replace(":", "-")],
    [`sha512:${"a".repeat(128)}`, `sha512-${"a".repeat(64)}`],
    [
      "test+algorithm+using+algorithm+separators+and+lots+of+characters+to+excercise+overall+truncation:alsoSome=InTheEncodedSectionToShowHyphenReplacementAndLotsAndLotsOfCharactersToExcerciseEncodedTruncation",
      "test-algorithm-using-algorithm-s-alsoSome-InTheEncodedSectionToShowHyphenReplacementAndLotsAndLot",
    ],
  ])("%s", (digest, tag) => {
    expect(referrersTag(digest as Digest)).toBe(tag);
  });
});

test("page by page", async () => {
  const fake = await startFakeRegistry({ referrers: true });
  const image = addImage(fake, "a");
  const referrers = ["1", "2", "3"].map((text) => addReferrer(fake, "a", image, SBOM, text));
  addReferrer(fake, "a", addImage(fake, "a", { config: "{1}" }), SIGNATURE);
  const found = await openRegistry(fake.host).repository("a").listReferrers?.(image.digest);
  expect(new Set(found?.map(({ digest }) => digest))).toEqual(new Set(referrers.map(({ digest }) => digest)));
  expect(found).toHaveLength(3);
  expect(fake.requests.filter(isQuestion)).toHaveLength(2);
});

test("nobody refers to a manifest: none, which is not the same as unknown", async () => {
  const fake = await startFakeRegistry({ referrers: true });
  const image = addImage(fake, "a");
  expect(await openRegistry(fake.host).repository("a").listReferrers?.(image.digest)).toEqual([]);
});

const answer = (status: number, body = "", headers = {}): FaultAction => ({ kind: "respond", status, body, headers });
const index = (manifests: unknown, more = {}) => JSON.stringify({ schemaVersion: 2, manifests, ...more });

describe("a registry without the API", () => {
  test.each<[string, FaultAction]>([
    ["does not know the path", answer(404, "404 page not found")],
    ["takes it for something else", answer(400)],
    ["does not know the method", answer(405)],
    ["answers with a page for people", answer(200, "<html>Welcome</html>", { "content-type": "text/html" })],
    ["answers with another document", answer(200, "{}")],
    ["answers with another index", answer(200, index({}))],
  ])("%s, and is asked once", async (_, act) => {
    const fake = await startFakeRegistry({ faults: [{ when: isQuestion, act }] });
    const registry = openRegistry(fake.host);
    const questions = ["a", "a", "b/c"].map((name) => registry.repository(name).listReferrers?.(ONE));
    expect(await Promise.all(questions)).toEqual([undefined, undefined, undefined]);
    expect(await registry.repository("d").listReferrers?.(TWO)).toBeUndefined();
    expect(fake.requests.filter(isQuestion)).toHaveLength(1);
  });
});

test("Go's empty list", async () => {
  const fake = await startFakeRegistry({ faults: [{ when: isQuestion, act: answer(200, index(null)) }] });
  expect(await openRegistry(fake.host).repository("a").listReferrers?.(ONE)).toEqual([]);
});

test("a refusal is no answer: the next question is asked all the same", async () => {
  const fake = await startFakeRegistry({ referrers: true });
  addImage(fake, "a");
  fake.inject({ when: isQuestion, times: 1, act: answer(403) });
  const repository = openRegistry(fake.host).repository("a");
  await expect(repository.listReferrers?.(ONE)).rejects.toMatchObject({ code: "DENIED" });
  expect(await repository.listReferrers?.(ONE)).toEqual([]);
});

test.each<[string, FaultAction, FaultAction]>([
  ["that cannot be found", answer(200, index([]), { link: '<?last=a>; rel="next' }), answer(200, index([]))],
  ["that does not exist", answer(200, index([]), { link: "<?last=a>; rel=next" }), answer(404)],
  ["that the registry does not know", answer(200, index([]), { link: "<?last=a>; rel='next'" }), answer(501)],
])("with a next page %s, the list is incomplete, and the API is not unsupported", async (_, first, second) => {
  const fake = await startFakeRegistry();
  for (const act of [first, second]) fake.inject({ when: isQuestion, times: 1, act });
  await expect(openRegistry(fake.host).repository("a").listReferrers?.(ONE)).rejects.toMatchObject({
    code: "LIST_INCOMPLETE",
  });
});

test.each([
  ["at another host", '<http://evil.test/v2/a/referrers/x>; rel="next"', "REDIRECT_MALFORMED"],
  ["of another list", `</v2/b/referrers/${ONE}>; rel="next"`, "REDIRECT_MALFORMED"],
])("a next page %s is refused", async (_, link, code) => {
  const act = answer(200, index([]), { link });
  const fake = await startFakeRegistry({ faults: [{ when: isQuestion, act }] });
  await expect(openRegistry(fake.host).repository("a").listReferrers?.(ONE)).rejects.toMatchObject({ code });
});

test("pages that lead to each other end with an error", async () => {
  const fake = await startFakeRegistry();
  for (const last of ["1", "2", "1", "2"]) {
    fake.inject({ when: isQuestion, times: 1, act: answer(200, index([]), { link: `<?last=${last}>; rel="next"` }) });
  }
  await expect(openRegistry(fake.host).repository("a").listReferrers?.(ONE)).rejects.toMatchObject({
    code: "REDIRECT_MALFORMED",
  });
  expect(fake.requests.filter(isQuestion)).toHaveLength(3);
});

test.each([
  ["a later page that is none", ["<html>", "MANIFEST_MALFORMED"]],
  ["an entry that is no descriptor", [index([{}]), "MANIFEST_MALFORMED"]],
])("%s", async (_, [body = "", code]) => {
  const fake = await startFakeRegistry();
  fake.inject({ when: isQuestion, times: 1, act: answer(200, index([]), { link: '<?last=1>; rel="next"' }) });
  fake.inject({ when: isQuestion, act: answer(200, body) });
  await expect(openRegistry(fake.host).repository("a").listReferrers?.(ONE)).rejects.toMatchObject({ code });
});
