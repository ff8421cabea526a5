import { describe, expect, test } from "@jest/globals";
import { readCdh, writeCdh } from "../../../src/proxy/files/cdh.ts";
import { proxyConfig } from "../../../src/proxy/files/config.ts";
import { reqwestNoProxy } from "../../../src/proxy/files/reqwest-no-proxy.ts";
import { full, settingsOf } from "./some-settings.ts";

const origin = "cdh.toml";
const read = (text: string) => readCdh({ origin, text });
const write = (text: string, settings = full) => writeCdh({ origin, text }, settings);

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

test("proxies and certificates are read with their lines", () => {
  const text = `[kbc]
name = "cc_kbc"

[image]
extra_root_certificates = [
  """\\
${PEM}""", ${JSON.stringify(PEM)} ]
image_pull_proxy.https_proxy = 'http://u:p@proxy'
`;
  expect(read(text)).toEqual({
    httpProxy: undefined,
    httpsProxy: { value: "http://u:p@proxy", from: "cdh.toml, line 11, image.image_pull_proxy.https_proxy" },
    noProxy: undefined,
    extraRootCertificates: [
      { value: PEM, from: "cdh.toml, line 5, image.extra_root_certificates[0]" },
      { value: PEM, from: "cdh.toml, line 5, image.extra_root_certificates[1]" },
    ],
    findings: [],
  });
});

test("no_proxy without a proxy is a finding", () => {
  const parts = read('[image.image_pull_proxy]\nhttps_proxy = ""\nno_proxy = "a.b"\n');
  expect(parts.noProxy?.value).toBe("a.b");
  expect(parts.findings).toMatchObject([
    { code: "NO_PROXY_ALONE", message: expect.stringContaining("cdh.toml, line 3, image.image_pull_proxy.no_proxy") },
  ]);
});

test.each([
  ['[image.image_pull_proxy]\nhttps_proxy = ["secret"]', "line 2, image.image_pull_proxy.https_proxy"],
  ['image = "secret"', "line 1, image"],
  ["image = 1979-05-27", "line 1, image"],
  ["[image]\nimage_pull_proxy = 1", "line 2, image.image_pull_proxy"],
  ['[image]\nextra_root_certificates = "secret"', "line 2, image.extra_root_certificates"],
  ['[image]\nextra_root_certificates = ["secret"]', "line 2, image.extra_root_certificates[0]"],
  ['[image.image_pull_proxy]\nhttps_proxy = "secret', "line 2"],
])("%j is refused at %s without printing it", (text, place) => {
  const error = expect.objectContaining({
    code: "PROXY_CONFIG_MALFORMED",
    where: `cdh.toml, ${place}`,
    message: expect.not.stringContaining("secret"),
  });
  expect(() => read(text)).toThrow(error);
  expect(() => write(text)).toThrow(error);
});

describe("writing cdh.toml", () => {
  const text = '# measured\r\n[kbc]\r\nname = "cc_kbc"  # which\r\n';

  test("preserves the settings, with NO_PROXY in the form of that client", () => {
    const written = write(text);
    expect(written.text.startsWith(text)).toBe(true);
    expect(proxyConfig(origin, read(written.text))).toMatchObject({
      httpProxy: full.httpProxy?.href,
      httpsProxy: full.httpsProxy?.href,
      noProxy: reqwestNoProxy(full.noProxy).list,
    });
    expect(written.findings.map(({ code }) => code)).toEqual(["NO_PROXY_ENTRY_INEXACT", "NO_PROXY_ENTRY_INEXACT"]);
  });

  test("without a proxy leaves an empty section and a finding", () => {
    const { text, findings } = write(
      '[image.image_pull_proxy]\nhttps_proxy = "x"\nno_proxy = "a"\n',
      settingsOf({ noProxy: "a" }),
    );
    expect(text).toBe("[image.image_pull_proxy]\n");
    expect(findings).toMatchObject([{ code: "PROXY_CONFIG_SILENT" }]);
  });

  test("refuses a SOCKS proxy without printing its password", () => {
    expect(() => write(text, settingsOf({ httpsProxy: "socks5://u:secret@proxy" }))).toThrow(
      expect.objectContaining({
        code: "PROXY_CONFIG_UNEDITABLE",
        message: expect.stringMatching(/^The proxy socks5:\/\/u:\*\*\*@proxy:1080 \(input https-proxy\)/),
      }),
    );
  });
});
