import { execFile, execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { listen } from "../../testing/real/listening.ts";

export type Via = "direct" | "proxy";

export interface Question {
  readonly noProxy: string;
  readonly url: string;
}

const PROXY = "http://proxy.invalid:3128";
const proxies = { http_proxy: PROXY, https_proxy: PROXY };

/** The clients of this Node and the undici of this project, in a process of their own. */
export async function askNode(
  api: "undici" | "http" | "fetch" | "actions",
  questions: readonly Question[],
): Promise<string[]> {
  const script = fileURLToPath(new URL("node-clients.ts", import.meta.url));
  const env = { ...proxies, NODE_USE_ENV_PROXY: "1", NODE_NO_WARNINGS: "1" };
  return answersOf(process.execPath, [script], env, { api, questions });
}

const PYTHON = `
import json, os, sys

def urllib_via(url):
    from urllib.request import ProxyHandler, Request
    request = Request(url)
    getattr(ProxyHandler(), request.type + "_open")(request)
    return request.has_proxy() or request._tunnel_host is not None

def requests_via(url):
    import requests
    class Seen(Exception):
        pass
    class Adapter(requests.adapters.HTTPAdapter):
        def send(self, request, proxies=None, **rest):
            raise Seen(requests.utils.select_proxy(request.url, proxies) is not None)
    session = requests.Session()
    session.mount("http://", Adapter())
    session.mount("https://", Adapter())
    try:
        session.get(url)
    except Seen as seen:
        return seen.args[0]

asked = json.load(sys.stdin)
via = {"urllib": urllib_via, "requests": requests_via}[asked["api"]]
answers = []
for question in asked["questions"]:
    os.environ["no_proxy"] = question["noProxy"]
    answers.append("proxy" if via(question["url"]) else "direct")
print(json.dumps(answers))
`;

export async function askPython(
  python: string,
  api: "urllib" | "requests",
  questions: readonly Question[],
): Promise<string[]> {
  const { HOME = "", PATH = "", PYTHONPATH = "" } = process.env;
  return answersOf(python, ["-c", PYTHON], { ...proxies, HOME, PATH, PYTHONPATH, PYTHONUTF8: "1" }, { api, questions });
}

/** Everything that curl would connect to is one of two loopback ports. */
export function askCurl(curl: string): {
  readonly version: string;
  readonly ask: (questions: readonly Question[]) => Promise<string[]>;
} {
  const [, version = ""] = /^curl (\S+)/.exec(execFileSync(curl, ["--version"], { encoding: "utf8" })) ?? [];
  return {
    version,
    ask: async (questions) => {
      const seen: Via[] = [];
      const [direct, proxy] = await Promise.all(
        (["direct", "proxy"] as const).map((via) =>
          listen(
            createServer((socket) => {
              seen.push(via);
              socket.destroy();
            }),
          ),
        ),
      );
      const url = `http://127.0.0.1:${proxy?.port}`;
      const answers: string[] = [];
      for (const { noProxy, url: asked } of questions) {
        seen.length = 0;
        const env = { http_proxy: url, https_proxy: url, no_proxy: noProxy, LC_ALL: "C.UTF-8" };
        const args = [
          "--silent",
          "--disable",
          "--max-time",
          "20",
          "--connect-to",
          `::127.0.0.1:${direct?.port}`,
          asked,
        ];
        await new Promise((resolve) => execFile(curl, args, { env }, resolve));
        answers.push([...new Set(seen)].join(" and ") || "nobody");
      }
      return answers;
    },
  };
}

function answersOf(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input: unknown,
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, [...args], { env: { ...env } }, (error, stdout) => {
      if (error !== null) reject(error);
      else resolve(JSON.parse(stdout) as string[]);
    });
    child.stdin?.end(JSON.stringify(input));
  });
}
