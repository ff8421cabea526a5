import { join } from "node:path";
import { type FakeProxy, type ProxyRefusal, startProxy } from "../testing/fakes/proxy.ts";
import { type FakeRegistry, startFakeRegistry } from "../testing/fakes/registry.ts";
import { type BlobHost, startBlobHost } from "../testing/real/blob-host.ts";
import { loadStorage } from "./storage.ts";

export const SOURCE = "source.example.test:5000";
export const BLOB_HOST = "cdn.example.test:8080";

export const fixture = (name: string): string => join(import.meta.dirname, "../testing/fixtures/ocm", name);

export interface Estate {
  readonly source: FakeRegistry;
  readonly blobHost: BlobHost;
  /** The only one who knows SOURCE and BLOB_HOST. */
  readonly proxy: FakeProxy;
  /** Takes the refusal of BLOB_HOST back. */
  allowBlobHost(): void;
}

export async function startEstate(): Promise<Estate> {
  const source = await startFakeRegistry({ redirect: `http://${BLOB_HOST}/` });
  await loadStorage(source, fixture("registry-source.tgz"));
  const blobHost = await startBlobHost({ content: source.blobAt });
  // Over plain HTTP only such a header tells a refusal of the proxy from one of the host behind it.
  const refusal = { headers: { "x-squid-error": "ERR_ACCESS_DENIED 0" }, body: "<h1>not on the allow list</h1>" };
  const deny: Record<string, ProxyRefusal> = { [BLOB_HOST]: refusal };
  const proxy = await startProxy({ deny, hosts: { [SOURCE]: source.host, [BLOB_HOST]: blobHost.host } });
  return {
    source,
    blobHost,
    proxy,
    allowBlobHost: () => {
      delete deny[BLOB_HOST];
    },
  };
}
