import { TransferError } from "../../errors/transfer-error.ts";
import { drain } from "../../net/body.ts";
import { type Descriptor, isRecord, parseDescriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { parseStrictJson } from "../../text/strict-json.ts";
import { registryError } from "./error.ts";
import { type ListContext, pagesOf } from "./pages.ts";

/** Statuses of registries without the referrers API. */
const UNSUPPORTED = new Set([400, 404, 405, 501]);

/**
 * The tag under which clients list the referrers of a manifest where the registry has no referrers API (distribution-spec, "Referrers Tag
 * Schema").
 */
export function referrersTag(digest: Digest): string {
  const [algorithm = "", encoded = ""] = digest.split(":");
  const part = (text: string, most: number) => text.slice(0, most).replace(/[^A-Za-z0-9._-]/g, "-");
  return `${part(algorithm, 32)}-${part(encoded, 64)}`;
}

/** Lists the referrers of a manifest that the repository has; undefined where the registry has no referrers API. */
export type ListReferrers = (
  context: ListContext,
  subject: Digest,
  signal?: AbortSignal,
) => Promise<readonly Descriptor[] | undefined>;

/**
 * Requests to the referrers API of one registry (distribution-spec, "Listing Referrers"). All wait for the first: where that shows that
 * there is no such API, no other is sent.
 */
export function createListReferrers(): ListReferrers {
  let first: Promise<unknown> | undefined;
  let isSupported: boolean | undefined;
  return async (context, subject, signal) => {
    // Without an await before the first request, or others would be first as well.
    if (first !== undefined) await first;
    if (isSupported === false) return undefined;
    const asking = listReferrers(context, subject, signal).then((found) => {
      isSupported ??= found !== undefined;
      return found;
    });
    first ??= asking.catch(() => {});
    return asking;
  };
}

async function listReferrers(
  context: ListContext,
  subject: Digest,
  signal?: AbortSignal,
): Promise<readonly Descriptor[] | undefined> {
  const found: Descriptor[] = [];
  const list = `the referrers of ${context.where}@${subject}`;
  let isFirst = true;
  for await (const { response, content } of pagesOf(`referrers/${subject}`, context, list, signal)) {
    if (UNSUPPORTED.has(response.status)) {
      await drain(response);
      return undefined;
    }
    if (response.status !== 200) throw await registryError(response, `asking for ${list}`, { of: "manifest" });
    const manifests = manifestsOf(content);
    // Some old registries answer with a web page.
    if (manifests === undefined && isFirst) return undefined;
    if (manifests === undefined) throw malformed(list, context.where);
    isFirst = false;
    for (const each of manifests) found.push(parseDescriptor(each, list));
  }
  return found;
}

function manifestsOf(body: Buffer): readonly unknown[] | undefined {
  try {
    const document: unknown = parseStrictJson(body.toString("utf8"));
    if (!isRecord(document) || document.schemaVersion !== 2) return undefined;
    // Go writes an empty list as null.
    const manifests = document.manifests ?? [];
    return Array.isArray(manifests) ? manifests : undefined;
  } catch {
    return undefined;
  }
}

function malformed(list: string, where: string): TransferError {
  return new TransferError("MANIFEST_MALFORMED", `a page of ${list} is not an index`, {
    where,
    remedy: "Ask the operators of the registry.",
  });
}
