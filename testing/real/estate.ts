import { uniqueAddress } from "./address.ts";
import { type BlobHost, startBlobHost } from "./blob-host.ts";
import { unpack } from "./fixtures.ts";
import { type RealRegistry, type RegistryOptions, startRegistry } from "./registry.ts";
import { type Squid, type SquidOptions, startSquid } from "./squid.ts";

/** What the names of the fixtures lead to: nothing but squid knows them. */
export interface Estate {
  /** Reached as `source.example.test:5000`, through squid only. */
  readonly source: RealRegistry;
  /** Reached as `cdn.example.test:8080`, through squid only: the source redirects all blobs there. */
  readonly blobs: BlobHost;
  readonly squid: Squid;
}

/** The source of the main job: a registry behind squid, whose blobs lie on another host. */
export async function startEstate(kind: RegistryOptions["kind"], squid: SquidOptions = {}): Promise<Estate> {
  const storage = unpack("registry-source");
  const address = uniqueAddress();
  const blobs = await startBlobHost({ storage, address, port: 8080 });
  const source = await startRegistry({ kind, storage, address, port: 5000, redirect: "http://cdn.example.test:8080/" });
  const hosts = { ...squid.hosts, "source.example.test": address, "cdn.example.test": address };
  return { source, blobs, squid: await startSquid({ ...squid, hosts }) };
}

/** Inputs that move the whole component tree of the fixtures out of the estate. */
export function mainJob(
  { squid }: Pick<Estate, "squid">,
  target: RealRegistry,
  path = "moved/here",
): Record<string, string> {
  return {
    "component-versions": "http://source.example.test:5000/components//example.org/shop:1.2.0",
    recursive: "true",
    target: `${target.origin}/${path}`,
    "http-proxy": squid.url,
    "https-proxy": squid.url,
  };
}
