import type { UnpackLimits } from "../../archive/gunzip.ts";
import { createCache } from "../../bounds/cache.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { readAll } from "../../net/body.ts";
import type { HttpClient } from "../../net/http.ts";
import type { ImageReference } from "../../oci/reference.ts";
import type { ReadableStore } from "../../oci/store.ts";
import type { HelmAccess, OciBlobAccess, WgetAccess } from "../../ocm/access/access.ts";
import type { Consumer, Credential } from "../registry/auth/credentials.ts";
import type { AccessRequest, Found } from "./found.ts";
import { type ChartContext, locateChart } from "./helm.ts";
import { locateOciBlob } from "./oci-blob.ts";
import { webServer } from "./remote-content.ts";
import { createAuthorization } from "./server-login.ts";
import { createSpool } from "./spool.ts";
import { locateWget } from "./wget.ts";

/** Follows accesses that lead to something else than an artifact of a registry. */
export interface AccessMethods {
  locate(access: HelmAccess | OciBlobAccess | WgetAccess, wanted: AccessRequest, signal?: AbortSignal): Promise<Found>;
  /** Removes what was kept on disk; what was found cannot be read any more. */
  close(): Promise<void>;
}

export interface AccessMethodsOptions {
  readonly client: HttpClient;
  /** The registry that an absolute reference names. */
  readonly registryAt: (reference: ImageReference, where: string) => ReadableStore;
  /** The login for a server of charts or files; default none. */
  readonly credentialFor?: (url: URL, consumer: Consumer) => Promise<Credential | undefined>;
  /** Where content is kept whose size and digest are known only when it was read. */
  readonly folder: string;
  /** Bytes that one piece of content may have. */
  readonly largest?: number;
  readonly unpackLimits?: UnpackLimits;
  readonly attempts: number;
}

const MAX_CONTENT_BYTES = 16 * 1024 ** 3;
/** Bytes of the index of a chart repository, of which the largest known ones have about 20 MiB, and of all that are kept. */
const MAX_INDEX = 64 * 1024 * 1024;
const MAX_INDEXES = 2 * MAX_INDEX;

export function createAccessMethods(options: AccessMethodsOptions): AccessMethods {
  const { client, registryAt, attempts, folder, largest = MAX_CONTENT_BYTES } = options;
  const spool = createSpool(folder, largest);
  const authorize = createAuthorization(options.credentialFor);
  const indexes = createCache<Promise<string>>(MAX_INDEXES);

  async function readIndex(url: string, signal?: AbortSignal): Promise<string> {
    const { host } = new URL(url);
    const party = webServer(url);
    const request = {
      method: "GET",
      url,
      headers: await authorize(url, "chart"),
      purpose: { kind: "chart-repository" },
      party,
      bufferUpTo: MAX_INDEX,
    } as const;
    const response = await client.request(request, signal);
    if (response.status === 200) return (await readAll(response, MAX_INDEX)).toString("utf8");
    await readAll(response, 65_536, true);
    throw new TransferError("ARTIFACT_UNAVAILABLE", `the chart repository ${host} answers with ${response.status}`, {
      where: host,
      remedy: "See that it has an index.yaml; a login for it is taken from ocm-config, consumer HelmChartRepository.",
    });
  }

  const context: ChartContext = {
    client,
    authorize,
    registryAt,
    spool,
    largest,
    ...(options.unpackLimits === undefined ? {} : { unpackLimits: options.unpackLimits }),
    attempts,
    /** Read once however many charts are in it. */
    chartIndex(url, signal) {
      const known = indexes.get(url);
      if (known !== undefined) return known;
      const reading = readIndex(url, signal);
      indexes.set(url, reading, 0);
      reading.then(
        (index) => indexes.set(url, reading, index.length),
        () => indexes.delete(url),
      );
      return reading;
    },
  };

  return {
    async locate(access, wanted, signal) {
      if (access.kind === "ociBlob") return locateOciBlob(access, wanted, registryAt);
      return access.kind === "helm"
        ? locateChart(access, wanted, context, signal)
        : locateWget(access, wanted, context, signal);
    },
    close: () => spool.close(),
  };
}
