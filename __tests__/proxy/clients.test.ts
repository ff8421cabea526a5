import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { explain } from "../../src/commands/explain.ts";
import { type Client, clientTarget, viaOf } from "../../src/proxy/clients/client.ts";
import { curl7, curl8 } from "../../src/proxy/clients/curl.ts";
import { githubRunner } from "../../src/proxy/clients/github-runner.ts";
import { undici8 } from "../../src/proxy/clients/undici.ts";
import { CLIENTS } from "../../src/proxy/clients.ts";
import { readSettings } from "../../src/proxy/settings.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";
import { askCurl, askNode, askPython, type Question, type Via } from "./running-clients.ts";

/** After `noproxy|url|go`, in the order of the table. */
const COLUMNS = [
  "curl 7.88",
  "curl 8",
  "undici 6",
  "undici 7",
  "undici 8",
  "@actions/http-client 4",
  "Node 24 http",
  "proxy-from-env 2",
  "Python urllib",
  "Python requests",
  "Java http.nonProxyHosts",
  "Rust reqwest",
];

/** The table asked requests' matcher with the raw host; a session encodes the host first, which the run below shows. */
const CORRECTED: Readonly<Record<string, Via>> = {
  "Python requests|xn--fsq092h.com|http://www.示例.com/": "direct",
  "Python requests|示例.com|http://www.示例.com/": "proxy",
};

const table = readFileSync(new URL("../../testing/fixtures/proxy/no-proxy-clients.psv", import.meta.url), "utf8");
const rows = table
  .trimEnd()
  .split("\n")
  .map((line) => line.split("|"));
const questions: Question[] = rows.map(([noProxy = "", url = ""]) => ({ noProxy, url }));

function modelOf(name: string): Client {
  const client = CLIENTS.find((candidate) => candidate.name === name);
  if (client === undefined) throw new Error(`no model of ${name}`);
  return client;
}

function predict(client: Client, { noProxy, url }: Question): Via | "unread" {
  const target = clientTarget(url);
  return target === undefined ? "unread" : viaOf(client, target, { httpProxy: true, httpsProxy: true, noProxy });
}

const answered = (asked: readonly Question[], answers: readonly string[]) =>
  asked.map(({ noProxy, url }, index) => `${noProxy}|${url}|${answers[index]}`);
const predicted = (client: Client, asked: readonly Question[]) =>
  answered(
    asked,
    asked.map((question) => predict(client, question)),
  );

describe("the measured table of clients", () => {
  test("has 83 rows, and one column per client after that of Go", () => {
    expect(rows).toHaveLength(83);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([COLUMNS.length + 3]));
  });

  test.each(COLUMNS.map((name, column) => [name, column] as const))("%s", (name, column) => {
    const measured = rows.map((row, index) => {
      const { noProxy, url } = questions[index] as Question;
      return CORRECTED[`${name}|${noProxy}|${url}`] ?? (row[column + 3] === "D" ? "direct" : "proxy");
    });
    expect(predicted(modelOf(name), questions)).toEqual(answered(questions, measured));
  });
});

describe("an installed client agrees with its model:", () => {
  test.each([
    ["undici 8", "undici"],
    ["Node 24 http", "http"],
    ["Node 24 fetch", "fetch"],
    ["@actions/http-client 4", "actions"],
  ] as const)("%s", async (name, api) => {
    expect(answered(questions, await askNode(api, questions))).toEqual(predicted(modelOf(name), questions));
  });

  withParts(["python3"], "Python", () => {
    test("urllib", async () => {
      expect(answered(questions, await askPython(pathOf("python3"), "urllib", questions))).toEqual(
        predicted(modelOf("Python urllib"), questions),
      );
    });
  });

  withParts(["python3", "python3-requests"], "Python with requests", () => {
    test("requests", async () => {
      expect(answered(questions, await askPython(pathOf("python3"), "requests", questions))).toEqual(
        predicted(modelOf("Python requests"), questions),
      );
    });
  });

  withParts(["curl"], "curl", () => {
    test("curl 7.88 with its model, any other version where both models agree", async () => {
      const { version, ask } = askCurl(pathOf("curl"));
      const certain = questions.filter(
        (question) => version.startsWith("7.88.") || predict(curl7, question) === predict(curl8, question),
      );
      expect(certain.length).toBeGreaterThan(70);
      expect(answered(certain, await ask(certain))).toEqual(predicted(curl7, certain));
    });
  });
});

describe("the model of GitHub's runner", () => {
  test.each<[noProxy: string, url: string, via: Via]>([
    ["", "http://localhost:5000/", "direct"],
    ["", "http://127.0.0.2/", "direct"],
    ["", "http://[::1]/", "direct"],
    ["10.0.0.1", "http://10.0.0.1/", "proxy"],
    ["10.0.0.0/8", "http://10.0.0.1/", "proxy"],
    ["*", "http://example.com/", "proxy"],
    ["*.example.com", "http://foo.example.com/", "proxy"],
    [".example.com", "http://example.com/", "proxy"],
    [".example.com", "http://foo.example.com/", "direct"],
    ["EXAMPLE.com", "http://foo.example.com/", "direct"],
    ["ample.com", "http://example.com/", "proxy"],
    ["example.com:443", "https://example.com/", "direct"],
    ["example.com:443", "http://example.com/", "proxy"],
    ["a.b, example.com", "http://example.com/", "direct"],
  ])("with NO_PROXY=%j reaches %s by the route %s", (noProxy, url, via) => {
    expect(predict(githubRunner, { noProxy, url })).toBe(via);
  });
});

describe("the clients with another route under the exported settings", () => {
  const differs = (environment: Readonly<Record<string, string>>, url: string) =>
    explain([url], readSettings({ environment }))[0]?.differs.map(({ client, via }) => `${client}: ${via}`);
  const both = { HTTP_PROXY: "proxy", HTTPS_PROXY: "proxy" };

  test("are those without CIDR for a network", () => {
    expect(differs({ ...both, NO_PROXY: "10.0.0.0/8" }, "https://10.1.2.3/")).toEqual([
      "undici 6: proxy",
      "undici 7: proxy",
      "undici 8: proxy",
      "@actions/http-client 4: proxy",
      "Node 24 http: proxy",
      "Node 24 fetch: proxy",
      "proxy-from-env 2: proxy",
      "Python urllib: proxy",
      "Java http.nonProxyHosts: proxy",
      "GitHub runner: proxy",
    ]);
  });

  test("include undici, which uses a proxy for http also for https", () => {
    expect(differs({ HTTP_PROXY: "proxy" }, "https://example.com/")).toEqual([
      "undici 6: proxy",
      "undici 7: proxy",
      "undici 8: proxy",
      "Node 24 fetch: proxy",
    ]);
  });

  test("are empty for the canonical form of an ambiguous list", () => {
    const noProxy = "a.b *;localhost";
    const question = { noProxy, url: "http://example.com/" };
    expect(predict(curl7, question)).toBe("proxy");
    expect(predict(undici8, question)).toBe("proxy");
    expect(differs({ ...both, NO_PROXY: noProxy }, question.url)).toEqual(["GitHub runner: proxy"]);
  });

  test("are empty for loopback", () => {
    expect(differs(both, "http://localhost:5000/")).toEqual([]);
    expect(differs(both, "http://127.0.0.1:5000/")).toEqual([]);
  });

  test("are empty without a proxy or for other schemes", () => {
    expect(differs({}, "https://example.com/")).toEqual([]);
    expect(differs(both, "ftp://example.com/")).toEqual([]);
    expect(differs(both, "no url")).toEqual([]);
  });
});
