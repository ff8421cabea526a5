// Asks the HTTP clients of this Node whom they would connect to; nothing is ever connected. Questions come as JSON on standard input.
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { HttpClient } from "@actions/http-client";
import { EnvHttpProxyAgent, request as undiciRequest } from "undici";

const PROXY = "http://proxy.invalid:3128";
let connected: string | undefined;
Object.defineProperty(Socket.prototype, "connect", {
  value(this: Socket, first: { host: string } | [{ host: string }]) {
    connected = (Array.isArray(first) ? first[0] : first).host;
    process.nextTick(() => this.destroy(new Error("not connected, on purpose")));
    return this;
  },
});

const clients: Record<string, (url: string, noProxy: string) => Promise<unknown>> = {
  async undici(url, noProxy) {
    const dispatcher = new EnvHttpProxyAgent({ httpProxy: PROXY, httpsProxy: PROXY, noProxy });
    await undiciRequest(url, { dispatcher }).catch(() => {});
    await dispatcher.destroy();
  },
  http(url, noProxy) {
    const [request, Agent] = url.startsWith("https:") ? [httpsRequest, HttpsAgent] : [httpRequest, HttpAgent];
    const agent = new Agent({ proxyEnv: { http_proxy: PROXY, https_proxy: PROXY, no_proxy: noProxy } });
    return new Promise((resolve) => request(url, { agent }).on("error", resolve).end());
  },
  async actions(url, noProxy) {
    process.env.no_proxy = noProxy;
    await new HttpClient("test").get(url).catch(() => {});
  },
  async fetch(url, noProxy) {
    process.env.no_proxy = noProxy;
    await fetch(url).catch(() => {});
  },
};

const { api, questions } = JSON.parse(await text(process.stdin)) as {
  api: string;
  questions: { noProxy: string; url: string }[];
};
const answers: string[] = [];
for (const { noProxy, url } of questions) {
  connected = undefined;
  await clients[api]?.(url, noProxy);
  answers.push(connected === undefined ? "nobody" : connected === "proxy.invalid" ? "proxy" : "direct");
}
console.log(JSON.stringify(answers));
