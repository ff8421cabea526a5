import { TransferError } from "../../errors/transfer-error.ts";
import { drain } from "../../net/body.ts";
import { isRecord } from "../../oci/descriptor.ts";
import { isTag } from "../../oci/reference.ts";
import { registryError } from "./error.ts";
import { type ListContext, pagesOf, tooLong } from "./pages.ts";

/** Tags of one repository, which are held in memory together. */
const MAX_TAGS = 500_000;

/** All tags of a repository, page by page (distribution-spec, "Listing Tags"); none where it does not exist. */
export async function listTags(context: ListContext, signal?: AbortSignal): Promise<readonly string[]> {
  const { where } = context;
  const tags = new Set<string>();
  for await (const { response, content } of pagesOf("tags/list?n=1000", context, `the tags of ${where}`, signal)) {
    if (response.status === 404) await drain(response);
    else if (response.status !== 200)
      throw await registryError(response, `listing the tags of ${where}`, { of: "manifest" });
    else for (const tag of parseTags(content, where)) tags.add(tag);
    if (tags.size > MAX_TAGS) throw tooLong(`the tags of ${where}`, response.hop.host, `are more than ${MAX_TAGS}`);
  }
  return [...tags];
}

export function parseTags(body: Buffer, where: string): string[] {
  try {
    const document: unknown = JSON.parse(body.toString("utf8"));
    const tags = isRecord(document) ? (document.tags ?? []) : undefined;
    if (Array.isArray(tags)) return tags.filter((tag): tag is string => typeof tag === "string" && isTag(tag));
  } catch {
    // Reported below.
  }
  throw new TransferError("MANIFEST_MALFORMED", `${where} sends an answer that is not a list of tags`, {
    where,
    remedy: "See what answers at this host: a login page of a proxy is a usual cause.",
  });
}
