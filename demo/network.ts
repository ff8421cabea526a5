import { type IncomingHttpHeaders, request } from "node:http";
import { buffer } from "node:stream/consumers";

/** What a client has to do to reach a URL; undefined where it knows no such host. */
export type Way = (url: URL) => { readonly host: string; readonly port: number; readonly path: string } | undefined;

/** Names are what somebody made known (`name:port` → port on this machine); `localhost` is always oneself. */
export function directly(names: Readonly<Record<string, number>> = {}): Way {
  return (url) => {
    const port = names[hostOf(url)] ?? (url.hostname === "localhost" ? portOf(url) : undefined);
    return port === undefined ? undefined : { host: "127.0.0.1", port, path: url.pathname };
  };
}

/** Everything goes to the proxy, in absolute form. */
export function throughProxy(port: number): Way {
  return (url) => ({ host: "127.0.0.1", port, path: url.href });
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One GET over plain HTTP, along one way only: no setting of the machine and no redirect changes it. */
export function ask(way: Way, url: URL, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const to = way(url);
  if (to === undefined) return Promise.reject(new Error(`no such host: ${hostOf(url)}`));
  return new Promise((resolve, reject) => {
    const asking = request({ ...to, agent: false, timeout: 10_000, headers: { ...headers, host: url.host } });
    asking.once("response", (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      buffer(response).then((body) => resolve({ status, headers: answered, body }), reject);
    });
    asking.once("timeout", () => asking.destroy(new Error(`${hostOf(url)} does not answer`)));
    asking.once("error", reject);
    asking.end();
  });
}

/** `name:port`, the port of the scheme included. */
export function hostOf(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

function portOf({ port }: URL): number {
  return port === "" ? 80 : Number(port);
}
