import type { IncomingMessage, ServerResponse } from "node:http";
import type { Finding } from "../src/errors/finding.ts";
import { readInputs } from "../src/inputs.ts";
import { parseCredentialLines } from "../src/logins/credential-lines.ts";
import type { Login } from "../src/logins/login.ts";
import { bytesOf } from "../src/oci/content.ts";
import { sha256 } from "../src/oci/digest.ts";
import { parseImageReference } from "../src/oci/reference.ts";
import { type HelmAccess, type OciBlobAccess, parseAccess, type WgetAccess } from "../src/ocm/access/access.ts";
import { parseRepository, type RegistrySpec } from "../src/ocm/descriptor/component-reference.ts";
import type { JsonObject } from "../src/ocm/descriptor/json.ts";
import { readSettings } from "../src/proxy/settings.ts";
import { openSession, type Session } from "../src/session.ts";
import type { Found } from "../src/stores/elsewhere/found.ts";
import { httpServer, listen } from "../testing/real/listening.ts";
import { remember } from "../testing/real/running.ts";

export interface Given {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly sources?: readonly string[];
  readonly target?: string;
  readonly credentials?: readonly string[];
  /** Further ones, behind the credentials. */
  readonly logins?: readonly Login[];
}

export interface OpenedSession extends Session {
  readonly findings: readonly Finding[];
}

export function openTestSession({
  inputs = {},
  sources = [],
  target,
  credentials = [],
  logins = [],
}: Given): OpenedSession {
  const read = readInputs(
    Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  );
  const { httpProxy, httpsProxy, noProxy } = read;
  const findings: Finding[] = [];
  const session = openSession({
    inputs: read,
    settings: readSettings({ inputs: { httpProxy, httpsProxy, noProxy }, environment: {} }).effective,
    logins: [{ name: "test", state: "found", logins: [...parseCredentialLines(credentials), ...logins] }],
    sources: sources.map((source) => parseRepository(source, "test")),
    target: target === undefined ? undefined : parseRepository(target, "test"),
    onFinding: (finding: Finding) => findings.push(finding),
  });
  remember(() => session.close());
  return { ...session, findings };
}

export interface Asked {
  readonly method: string;
  /** `host[:port]`, as the request names it. */
  readonly host: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** One server that is every host: behind the name of a proxy it gets the requests for all of them. */
export interface World {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly asked: readonly Asked[];
  /** The origin, `http://HOST`, that registries and chart repositories lead to from now on. */
  leadTo(origin: string): void;
}

export const BLOB = Buffer.from("a blob");

/** Registries, and a chart repository, that lead elsewhere; everything else exists and answers with success. */
export async function startWorld(): Promise<World> {
  const asked: Asked[] = [];
  let elsewhere = "";
  const server = httpServer((request, response) => {
    const url = URL.parse(request.url ?? "") ?? new URL(request.url ?? "", `http://${request.headers.host}`);
    const { authorization } = request.headers;
    asked.push({ method: request.method ?? "", host: url.host, path: url.pathname, authorization });
    request.resume();
    request.on("end", () => answer(request, response, url, elsewhere));
  });
  server.on("connect", ({ url = "" }, socket) => {
    const { host } = new URL(`https://${url}`);
    asked.push({ method: "CONNECT", host, path: "", authorization: undefined });
    socket.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
  });
  const { port } = await listen(server);
  return { host: `127.0.0.1:${port}`, asked, leadTo: (origin) => (elsewhere = origin) };
}

function answer({ method }: IncomingMessage, response: ServerResponse, { pathname }: URL, elsewhere: string): void {
  const lead = (status: number, headers: Readonly<Record<string, string>>) => response.writeHead(status, headers).end();
  if (pathname.startsWith("/v2/led/blobs/uploads/")) return void lead(202, { location: `${elsewhere}/upload` });
  if (pathname.startsWith("/v2/led/blobs/")) return void lead(307, { location: `${elsewhere}/blob` });
  if (pathname.startsWith("/v2/locked/"))
    return void lead(401, { "www-authenticate": `Bearer realm="${elsewhere}/token"` });
  if (pathname.startsWith("/v2/basic/")) return void lead(401, { "www-authenticate": `Basic realm="x"` });
  if (pathname === "/v2/led/tags/list") {
    response.writeHead(200, { link: `<${elsewhere}/v2/led/tags/list?last=a>; rel="next"` });
    return void response.end(`{"name":"led","tags":["a"]}`);
  }
  if (pathname === "/leading/index.yaml") {
    const entry = { version: "1.0.0", urls: [`${elsewhere}/chart.tgz`] };
    return void response.end(JSON.stringify({ apiVersion: "v1", entries: { shop: [entry] } }));
  }
  response.writeHead(method === "PUT" || method === "POST" ? 201 : 200, { "content-type": "application/json" });
  response.end(pathname === "/blob" ? BLOB : `{"token":"t","schemaVersion":2}`);
}

/** Ways by which a URL of somebody else comes to be asked for. `beginning` is the host that leads there. */
export const WAYS = {
  redirect: (session: Session, { beginning }: Led) => fetchBlob(session, beginning, true),
  "upload location": async (session: Session, { beginning }: Led) => {
    const { registry } = await session.openTarget(parseRepository(`http://${beginning}`, "test") as RegistrySpec);
    await registry.repository("led").push(descriptor, BLOB);
  },
  "next page": async (session: Session, { beginning }: Led) => {
    const { registry } = await session.openSource(parseRepository(`http://${beginning}`, "test"));
    await registry.repository("led").listTags();
  },
  realm: async (session: Session, { beginning }: Led) => {
    const { registry } = await session.openSource(parseRepository(`http://${beginning}`, "test"));
    await registry.repository("locked").resolve("1");
  },
  wget: (session: Session, { origin }: Led) => locate(session, { type: "wget", url: `${origin}/notes` }),
  "helm repository": (session: Session, { origin }: Led) =>
    locate(session, { type: "helm", helmRepository: indexAt(`${origin}/charts`, origin), helmChart: "shop:1.0.0" }),
  "helm chart": (session: Session, { beginning, origin }: Led) => {
    const helmRepository = indexAt(`http://${beginning}/leading`, origin);
    return locate(session, { type: "helm", helmRepository, helmChart: "shop:1.0.0" });
  },
  "foreign registry": async (session: Session, { origin }: Led) => {
    const reference = parseImageReference(`${origin}/app:1`, "test");
    await session.registryAt(reference, "resource app").repository("app").resolve("1");
  },
  ociBlob: async (session: Session, { origin }: Led) => {
    const { mediaType, digest, size } = descriptor;
    const found = await locate(session, { type: "ociBlob", ref: `${authority(origin)}/app`, mediaType, digest, size });
    if (found.kind !== "blob") throw new Error("no blob");
    await bytesOf(await found.from.fetch(found.descriptor));
  },
  "helm of a registry": (session: Session, { origin }: Led) =>
    locate(session, { type: "helm", helmRepository: `oci://${authority(origin)}/charts`, helmChart: "shop:1.0.0" }),
  "redirect of a foreign registry": (session: Session, { beginning }: Led) => fetchBlob(session, beginning, false),
  "realm of a foreign registry": async (session: Session, { beginning }: Led) => {
    const reference = parseImageReference(`http://${beginning}/locked:1`, "test");
    await session.registryAt(reference, "resource app").repository("locked").resolve("1");
  },
} satisfies Record<string, (session: Session, led: Led) => Promise<unknown>>;

export type Way = keyof typeof WAYS;

export interface Led {
  readonly beginning: string;
  readonly origin: string;
}

const descriptor = { mediaType: "application/octet-stream", digest: sha256(BLOB), size: BLOB.length };

async function fetchBlob(session: Session, host: string, isNamed: boolean): Promise<void> {
  const registry = isNamed
    ? (await session.openSource(parseRepository(`http://${host}`, "test"))).registry
    : session.registryAt(parseImageReference(`http://${host}/led:1`, "test"), "resource led");
  await bytesOf(await registry.repository("led").fetch(descriptor));
}

/** An index is read once for a URL. */
const indexAt = (repository: string, origin: string) => `${repository}?to=${encodeURIComponent(origin)}`;

/** With a port, since a first part without a dot or a colon is no host. */
function authority(origin: string): string {
  const host = origin.replace("http://", "");
  return /:\d+$/.test(host) ? host : `${host}:5000`;
}

async function locate(session: Session, access: JsonObject): Promise<Found> {
  const identity = { index: 0, name: "x", version: "", extraIdentity: {} };
  const element = { ...identity, kind: "resource", type: "", labels: [], access, digest: undefined } as const;
  const parsed = parseAccess(access) as WgetAccess | HelmAccess | OciBlobAccess;
  return session.accessMethods.locate(parsed, { element, where: "resource x" });
}
