import { type BlobHost, startBlobHost } from "../real/blob-host.ts";
import { type Authority, createAuthority, type KeyPair } from "../real/certificates.ts";
import { unpack } from "../real/fixtures.ts";
import { type RealRegistry, startRegistry } from "../real/registry.ts";
import { signToken, startTokenServer, type TokenServer } from "../real/token-server.ts";
import type { Opened } from "./push.ts";
import { REGISTRIES, type RegistryName } from "./scenario.ts";

/** The name of a registry behind the proxy. */
export const nameOf = (registry: RegistryName) => `${registry}.example.test`;

export const LOGIN = { user: "robot", password: "correct horse" } as const;

export interface ChaosEstate {
  readonly registries: Readonly<Record<RegistryName, RealRegistry>>;
  readonly tokens: TokenServer;
  /** Has the signed component tree, and redirects to `blobs`. */
  readonly signed: RealRegistry;
  readonly blobs: BlobHost;
  readonly authority: Authority;
  /** Of all registries, by their names behind the proxy. */
  readonly tls: KeyPair;
  readonly open: (registry: RegistryName) => Opened;
}

/** Real registries that all runs share; each run has paths of its own in them. */
export async function startChaosEstate(): Promise<ChaosEstate> {
  const authority = createAuthority();
  const grants = ["pull", "push", "delete"];
  const tokens = await startTokenServer({ authority, grants });
  const storage = unpack("registry-source");
  const [basic, token, open, signed, blobs] = await Promise.all([
    startRegistry({ kind: "docker-registry", htpasswd: LOGIN }),
    startRegistry({ kind: "distribution", token: tokens.token }),
    startRegistry({ kind: "distribution" }),
    startRegistry({ kind: "docker-registry", storage, redirect: "http://cdn.example.test:8080/" }),
    startBlobHost({ storage }),
  ]);
  const registries = { basic, token, open };
  const basicLogin = Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString("base64");
  return {
    registries,
    tokens,
    signed,
    blobs,
    authority,
    tls: authority.issue(...REGISTRIES.map(nameOf)),
    open: (name) => ({
      origin: registries[name].origin,
      headersFor(repository): Readonly<Record<string, string>> {
        if (name === "open") return {};
        if (name === "basic") return { authorization: `Basic ${basicLogin}` };
        const { service, issuer } = tokens.token;
        const scopes = [`repository:${repository}:pull,push`];
        return { authorization: `Bearer ${signToken({ authority, service, issuer, scopes, grants })}` };
      },
    }),
  };
}
