import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { encodeInitdata, readInitdata, writeInitdata } from "../../../src/proxy/files/initdata.ts";
import { reqwestNoProxy } from "../../../src/proxy/files/reqwest-no-proxy.ts";
import { type Random, seeded } from "../../../testing/generated/random.ts";
import { generateCdh } from "./generated-cdh.ts";
import { full, settingsOf } from "./some-settings.ts";

const origin = "initdata.toml";
const read = (text: string) => readInitdata({ origin, text });
const write = (text: string, settings = full) => writeInitdata({ origin, text }, settings);

const HEAD = 'version = "0.1.0"\nalgorithm = "sha384"\n\n';
const document = `${HEAD}[data]
"policy.rego" = '''
package agent_policy
default AllowRequestsFailingPolicy := true
'''

"cdh.toml" = '''
[kbc]
name = "cc_kbc"

[image.image_pull_proxy]
# from the proxy team
https_proxy = "http://u:secret@old:1" # keep

'''
`;

describe("reading initdata", () => {
  test("has line numbers of the complete document, plain and from the annotation", () => {
    const expected = {
      httpsProxy: {
        value: "http://u:secret@old:1",
        from: 'initdata.toml, data."cdh.toml", line 16, image.image_pull_proxy.https_proxy',
      },
    };
    expect(read(document)).toMatchObject(expected);
    expect(read(encodeInitdata(document))).toMatchObject(expected);
    const wrapped = encodeInitdata(document).replace(/.{76}/g, "$&\r\n");
    expect(read(`${wrapped}\n`)).toMatchObject(expected);
  });

  test("accepts a document without cdh.toml", () => {
    expect(read(`${HEAD}[data]\n"aa.toml" = ''`)).toEqual({});
  });

  test.each([
    ['algorithm = "sha256"\n[data]\n', "version"],
    [`${HEAD.replace("sha384", "md5")}[data]\n`, "line 2, algorithm"],
    [HEAD, "data"],
    [`${HEAD}[data]\n"cdh.toml" = 1`, "line 5, data.cdh.toml"],
    [`${HEAD}[data]\n"cdh.toml" = '''secret`, "line 5"],
    [document.replace("old:1", 'old:1" secret'), 'data."cdh.toml", line 16'],
    [document.replace('"http://u:secret@old:1"', "1"), 'data."cdh.toml", line 16, image.image_pull_proxy.https_proxy'],
    [encodeInitdata("version = secret"), "line 1"],
  ])("refuses %j at %s without printing it", (text, place) => {
    const error = expect.objectContaining({
      code: "PROXY_CONFIG_MALFORMED",
      where: `initdata.toml, ${place}`,
      message: expect.not.stringContaining("secret"),
    });
    expect(() => read(text)).toThrow(error);
    expect(() => write(text)).toThrow(error);
  });

  test.each([
    ["cut off", encodeInitdata(document).slice(0, -8)],
    ["without its last character", encodeInitdata(document).slice(0, -1)],
    ["with something that was not compressed", gzipSync(Buffer.from([0xff, 0xfe])).toString("base64")],
    ["with one byte changed", Buffer.from(gzipSync(document).fill(7, 20, 24)).toString("base64")],
  ])("refuses an annotation %s", (_what, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "PROXY_CONFIG_MALFORMED", where: origin }));
  });

  test("refuses an annotation that is a gzip bomb", () => {
    expect(() => read(gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString("base64"))).toThrow(
      "It unpacks to more than 4194304 bytes.",
    );
  });
});

describe("writing initdata", () => {
  test("changes the section only, and returns the new measured digest", () => {
    const written = write(document);
    const { list } = reqwestNoProxy(full.noProxy);
    expect(written.text).toBe(
      document.replace(
        '"http://u:secret@old:1" # keep\n',
        `"${full.httpsProxy?.href}" # keep\nhttp_proxy = "${full.httpProxy?.href}"\nno_proxy = "${list}"\n`,
      ),
    );
    expect(written.digest).toBe(`sha384:${createHash("sha384").update(written.text).digest("hex")}`);
    expect(read(written.annotation)).toMatchObject({ noProxy: { value: list } });
    expect(write(written.text)).toEqual(written);
  });

  test.each(["'''", '"""'])("a policy of 800 kB between %s stays as it is", (quotes) => {
    const rules = `allow { input.path == "/a" } # ${"é".repeat(50)}\n`.repeat(10_000);
    const withPolicy = (text: string) =>
      text.replace(/'''\n(package[^']*)'''/, (_, own: string) => `${quotes}\n${own}${rules}${quotes}`);
    const long = withPolicy(document);
    expect(long.length).toBeGreaterThan(800_000);
    expect(write(long).text).toBe(withPolicy(write(document).text));
  });

  test("programs of others unpack the annotation, measure the same and read the same", () => {
    const { annotation, digest, text } = write(document);
    const shell = (script: string) => String(execFileSync("sh", ["-c", script], { input: annotation }));
    expect(shell("base64 -d | gzip -dc | sha384sum | cut -d' ' -f1").trim()).toBe(digest.replace("sha384:", ""));
    expect(shell("base64 -d | gzip -dc")).toBe(text);
  });

  test("keeps the form of an annotation, without time and machine", () => {
    const encoded = encodeInitdata(document);
    expect([...Buffer.from(encoded, "base64").subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
    const { text, annotation } = write(encoded);
    expect(text).toBe(`${annotation}\n`);
    expect(annotation).toBe(write(document).annotation);
  });

  test.each([
    [
      `${HEAD}[data]\r\n"aa.toml" = 'x'`,
      `${HEAD}[data]\r\n"cdh.toml" = '''\n\n[image.image_pull_proxy]\nhttp_proxy = "http://p:1"\nno_proxy = "a.b,localhost,127.0.0.0/8,::1"\n'''\r\n"aa.toml" = 'x'`,
    ],
    [
      `${HEAD}data."cdh.toml" = '''''' # none`,
      `${HEAD}data."cdh.toml" = '''\n\n[image.image_pull_proxy]\nhttp_proxy = "http://p:1"\nno_proxy = "a.b,localhost,127.0.0.0/8,::1"\n''' # none`,
    ],
    [
      `${HEAD}data."cdh.toml" = '''[kbc]'''`,
      `${HEAD}data."cdh.toml" = '''[kbc]\n\n[image.image_pull_proxy]\nhttp_proxy = "http://p:1"\nno_proxy = "a.b,localhost,127.0.0.0/8,::1"\n'''`,
    ],
  ])("into %j changes the section only", (text, expected) => {
    expect(write(text, settingsOf({ httpProxy: "http://p:1", noProxy: "a.b" })).text).toBe(expected);
  });

  test.each([
    ["in other quotes", `${HEAD}[data]\n"cdh.toml" = """\n[kbc]\n"""`],
    ["in an inline table", `${HEAD}data = { "cdh.toml" = '''\n[kbc]\n''' }`],
    ["with an inline table", `${HEAD}[data]\n"cdh.toml" = '''\nimage = {}\n'''`],
  ])("refuses a cdh.toml %s", (_what, text) => {
    expect(() => write(text)).toThrow(expect.objectContaining({ code: "PROXY_CONFIG_UNEDITABLE" }));
  });

  test("refuses three quotes in a value", () => {
    expect(() => write(document, settingsOf({ httpProxy: "p", noProxy: "a'''b" }))).toThrow(
      expect.objectContaining({ code: "PROXY_CONFIG_UNEDITABLE", where: 'initdata.toml, data."cdh.toml"' }),
    );
  });
});

/** An initdata document to put a cdh.toml into, with keys in any order. */
function surroundings(isEmpty: boolean, random: Random): (cdh: string) => string {
  const eol = random.pick(["\n", "\r\n"]);
  const opening = `"cdh.toml"${random.pick([" = ", "="])}'''${isEmpty ? eol : random.pick(["", eol])}`;
  const closing = `'''${random.pick(["", "  # of the hub", "\t"])}`;
  const others = [
    `"policy.rego" = '''${eol}package x${eol}# [data]${eol}"cdh.toml" = "decoy"'''''`,
    `'aa.toml' = """\\"""" # '''`,
    "# a comment",
  ];
  const place = random.integer(others.length + 1);
  const head = [
    "# initdata",
    "algorithm='sha256'",
    'version   =   "0.1.0" #',
    "",
    random.pick(["[data]", "[ data ]  # files"]),
  ];
  const tail = random.pick(["", "[more]", " "]);
  return (cdh) => [...head, ...others.toSpliced(place, 0, opening + cdh + closing), tail].join(eol);
}

test("in 500 documents with a generated cdh.toml, only its section changes", () => {
  for (let seed = 0; seed < 500; seed++) {
    const random = seeded(seed);
    const cdh = generateCdh(random);
    const surround = surroundings(cdh.text === "", random);
    const text = surround(cdh.text);
    const settings = settingsOf({
      httpsProxy: random.pick(["", `http://u:p%27@proxy:${seed + 1}`]),
      httpProxy: random.pick(["", "http://proxy:2"]),
      noProxy: random.pick(["", "*.a.b"]),
    });
    const isSet = settings.httpProxy !== undefined || settings.httpsProxy !== undefined;
    const expected = cdh.expected(
      {
        https_proxy: settings.httpsProxy?.href,
        http_proxy: settings.httpProxy?.href,
        no_proxy: isSet ? reqwestNoProxy(settings.noProxy).list : undefined,
      },
      text.startsWith("# initdata\r") ? "\r\n" : "\n",
    );
    expect({ seed, text: write(text, settings).text }).toEqual({ seed, text: surround(expected) });
  }
});
