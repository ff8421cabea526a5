import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { parseCredentialLines } from "../../../../src/logins/credential-lines.ts";
import { parseDockerConfig } from "../../../../src/logins/docker-config.ts";
import type { Login } from "../../../../src/logins/login.ts";
import { namedHosts } from "../../../../src/net/address/named-hosts.ts";
import { parseRepository } from "../../../../src/ocm/descriptor/component-reference.ts";
import { createRegistries, type Registries } from "../../../../src/stores/registry/registries.ts";
import { startProxy } from "../../../../testing/fakes/proxy.ts";
import { loginsOf } from "../../../../testing/product/logins-of.ts";
import { openClient, through } from "../../../../testing/product/open-client.ts";
import { blobOf } from "../../../../testing/product/open-registry.ts";
import { createAuthority, type KeyPair } from "../../../../testing/real/certificates.ts";
import { httpServer, listen } from "../../../../testing/real/listening.ts";

const NAMED = ["registry.corp", "registry.gitlab.com", "gitlab.com", "tokens.corp", "target.corp", "plain.corp"];
const NAMES = [...NAMED, "registry.corp.evil.test", "gitlab.com.evil.test", "evil-gitlab.com"];

/** The user has a login for every registry, and for every token host by its own name. */
const LOGINS = [...NAMED, "registry.corp:8443", "registry.gitlab.com:8443"];
export const passwords = parseCredentialLines(LOGINS.map((host) => `${host}=ada:of ${host}`));
export const identityTokens = parseDockerConfig(
  JSON.stringify({ auths: Object.fromEntries(LOGINS.map((host) => [host, { identitytoken: `of ${host}` }])) }),
  "config.json",
);

/** The server certificate for all names, and the authority that issued it. */
export type RealmCertificates = KeyPair & { readonly ca: string };

export function createRealmCertificates(): RealmCertificates {
  const authority = createAuthority();
  return { ...authority.issue(...NAMES), ca: authority.cert };
}

export interface RealmHostsOptions {
  readonly tls: RealmCertificates;
  /** What every registry names. */
  readonly realm: string;
  /** What they challenge with instead. */
  readonly challenge?: string;
  /** Where `/moved` of every host leads. */
  readonly moved?: string;
  /** The status of every token host for requests without credentials; default 200. */
  readonly anonymous?: number;
}

export interface RealmHosts {
  /** Every secret that arrived, by the origin it arrived at: `Basic user:password`, `identity token x`, `Bearer x`. */
  seen(): Readonly<Record<string, readonly string[]>>;
  /** Every request for a token, as its origin got it. */
  readonly tokenRequests: readonly { readonly origin: string; readonly url: URL; readonly form: URLSearchParams }[];
  /** The registries of a run that reaches all these hosts. */
  open(given: {
    readonly credentials: readonly Login[];
    readonly plainHttp?: readonly string[];
    readonly sources?: Parameters<typeof createRegistries>[0]["sources"];
  }): Registries;
}

/** Hosts that are registries and token hosts at once, and give a token to everybody. Ports 80 and 8080 speak plain HTTP, all others TLS. */
export async function startRealmHosts(options: RealmHostsOptions): Promise<RealmHosts> {
  const { tls, realm, challenge, moved = "/", anonymous = 200 } = options;
  const secrets: { readonly origin: string; readonly secret: string }[] = [];
  const tokenRequests: { readonly origin: string; readonly url: URL; readonly form: URLSearchParams }[] = [];

  const bearerOf = (origin: string) => `Bearer realm="${realm}",service="of ${origin}"`;
  const serving =
    (scheme: "http" | "https"): RequestListener =>
    async (request, response) => {
      const origin = new URL(`${scheme}://${request.headers.host}`).origin;
      const url = new URL(request.url ?? "", origin);
      const form = new URLSearchParams(await text(request));
      const given = [
        ...[request.headers.authorization ?? []].flat().map(readable),
        ...form.getAll("refresh_token").map((token) => `identity token ${token}`),
      ];
      secrets.push(...given.map((secret) => ({ origin, secret })));
      if (url.pathname.startsWith("/v2/")) {
        if (given.some((secret) => secret.startsWith("Bearer "))) response.writeHead(200).end();
        else response.writeHead(401, { "www-authenticate": challenge ?? bearerOf(origin) }).end();
      } else if (url.pathname === "/moved") {
        response.writeHead(307, { location: moved }).end();
      } else {
        tokenRequests.push({ origin, url, form });
        if (given.length === 0 && anonymous !== 200) response.writeHead(anonymous).end();
        else response.writeHead(200).end(JSON.stringify({ token: `from-${new URL(origin).host}` }));
      }
    };

  const plain = await listen(httpServer(serving("http")));
  const behindTls = await listen(httpServer(serving("https"), tls));
  const place = ({ address, port }: typeof plain) => `${address}:${port}`;
  const proxy = await startProxy({
    hosts: Object.fromEntries(
      NAMES.flatMap((name) => [
        [name, place(behindTls)],
        [`${name}:80`, place(plain)],
        [`${name}:8080`, place(plain)],
      ]),
    ),
  });

  return {
    seen: () => {
      const origins = Object.groupBy(secrets, ({ origin }) => origin);
      return Object.fromEntries(
        Object.entries(origins).map(([origin, found = []]) => [
          origin,
          [...new Set(found.map(({ secret }) => secret))],
        ]),
      );
    },
    tokenRequests,
    open: ({ credentials, plainHttp = [], sources = [] }) => {
      const named = namedHosts(
        sources.flatMap((spec) =>
          spec.kind === "registry" ? [{ pattern: spec.host, isPlain: spec.scheme === "http" }] : [],
        ),
      );
      return createRegistries({
        client: openClient({ named, tls: { ca: [tls.ca] }, routeFor: () => through(proxy.url) }),
        logins: loginsOf(credentials),
        plainHttp,
        sources,
        target: undefined,
        onSecret: undefined,
        namedHosts: named,
        allowed: [],
        onFinding: undefined,
      });
    },
  };
}

export interface Asking {
  /** As users write it, with its scheme. */
  readonly registry: string;
  readonly credentials: readonly Login[];
  readonly plainHttp?: readonly string[];
  readonly repository?: string;
}

/** Asks the registry for a blob, which takes a token; whether it was found. */
export async function askForBlob(hosts: RealmHosts, asking: Asking): Promise<boolean> {
  const { registry, credentials, plainHttp = [], repository = "team/app" } = asking;
  const spec = parseRepository(registry, "test");
  if (spec.kind !== "registry") throw new Error("no registry");
  const { named } = hosts.open({ credentials, plainHttp, sources: [spec] });
  return named(spec).repository(repository).exists(blobOf("a layer"));
}

function readable(authorization: string): string {
  const [scheme = "", value = ""] = authorization.split(" ");
  return scheme === "Basic" ? `Basic ${Buffer.from(value, "base64")}` : authorization;
}
