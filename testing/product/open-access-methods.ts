import { existsSync, readdirSync } from "node:fs";
import { namedHosts } from "../../src/net/address/named-hosts.ts";
import { bytesOf } from "../../src/oci/content.ts";
import { sha256 } from "../../src/oci/digest.ts";
import type { ReadableStore } from "../../src/oci/store.ts";
import { type HelmAccess, type OciBlobAccess, parseAccess, type WgetAccess } from "../../src/ocm/access/access.ts";
import type { Element } from "../../src/ocm/descriptor/component-descriptor.ts";
import type { JsonObject } from "../../src/ocm/descriptor/json.ts";
import {
  type AccessMethods,
  type AccessMethodsOptions,
  createAccessMethods,
} from "../../src/stores/elsewhere/access-methods.ts";
import type { Found } from "../../src/stores/elsewhere/found.ts";
import { createMemoryRegistry } from "../content/memory-registry.ts";
import { temporaryFolder } from "../real/fixtures.ts";
import { remember } from "../real/running.ts";
import { type OpenClient, type OpenClientOptions, openClient } from "./open-client.ts";

export interface Opened extends AccessMethods {
  readonly client: OpenClient;
  /** Locates what an access, as it stands in a descriptor, leads to. */
  find(access: JsonObject, digest?: Element["digest"]): Promise<Found>;
  /** Files that are kept. */
  kept(): readonly string[];
}

export interface OpenOptions extends Partial<Pick<AccessMethodsOptions, "largest" | "attempts" | "credentialFor">> {
  /** Hosts that are reached though they are on loopback. */
  readonly named?: readonly string[];
  readonly registry?: ReadableStore;
  readonly routeFor?: OpenClientOptions["routeFor"];
}

export function openAccessMethods({ named = [], registry, routeFor, ...options }: OpenOptions = {}): Opened {
  const folder = temporaryFolder();
  const hosts = namedHosts(named.map((pattern) => ({ pattern, isPlain: true })));
  const client = openClient({ named: hosts, ...(routeFor === undefined ? {} : { routeFor }) });
  const methods = createAccessMethods({
    client,
    registryAt: () => registry ?? createMemoryRegistry(),
    folder,
    attempts: 1,
    ...options,
  });
  remember(() => methods.close());
  return {
    ...methods,
    client,
    find: async (access, digest) => {
      const parsed = parseAccess(access) as HelmAccess | OciBlobAccess | WgetAccess;
      return methods.locate(parsed, {
        element: elementOf(access, digest),
        where: "resource it of acme.org/shop:1.0.0",
      });
    },
    kept: () => (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : []),
  };
}

function elementOf(access: JsonObject, digest: Element["digest"]): Element {
  const identity = { index: 0, name: "it", version: "1.0.0", extraIdentity: {} };
  return { ...identity, kind: "resource", type: "blob", labels: [], access, digest };
}

/** The digest of a resource as both CLIs write it for bytes. */
export function pinTo(content: string | Buffer, normalisationAlgorithm = "genericBlobDigest/v1"): Element["digest"] {
  return { hashAlgorithm: "SHA-256", normalisationAlgorithm, value: sha256(content).slice("sha256:".length) };
}

/** The bytes that were found, read and verified. */
export async function contentOf(found: Found): Promise<Buffer> {
  if (found.kind !== "blob") throw new Error(`found ${JSON.stringify(found)}`);
  return bytesOf(await found.from.fetch(found.descriptor));
}
