import { expect, test } from "@jest/globals";
import { sha256 } from "../../../src/oci/digest.ts";
import { parseArtifactIndex } from "../../../src/stores/ctf/artifact-index.ts";

const digest = sha256("{}");
const parse = (text: string) => parseArtifactIndex(text, "shop.ctf/artifact-index.json", "shop.ctf");

test.each([
  ["a list twice", '{"schemaVersion":1,"artifacts":[],"artifacts":null}'],
  ["a list that only Go finds", '{"schemaVersion":1,"Artifacts":[]}'],
  ["a repository twice", `{"schemaVersion":1,"artifacts":[{"repository":"a","repository":"b","digest":"${digest}"}]}`],
  ["a tag that only Go finds", `{"schemaVersion":1,"artifacts":[{"repository":"a","Tag":"1","digest":"${digest}"}]}`],
  ["__proto__", '{"schemaVersion":1,"artifacts":[],"__proto__":{}}'],
  ["more levels than any index has", `{"schemaVersion":1,"artifacts":${"[".repeat(100_000)}`],
])("%s is refused, since its readers would see two archives", (_, text) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: "CTF_MALFORMED", where: "shop.ctf" }));
});
