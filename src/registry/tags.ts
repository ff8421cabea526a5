import { TransferError } from "../errors.ts";
import { drain, readAll } from "../http/client.ts";
import type { AuthorizedClient } from "./authorization.ts";
import { isRecord } from "./descriptor.ts";
import { nextPage } from "./pages.ts";
import { isTag } from "./reference.ts";
import { registryError } from "./registry-error.ts";

/** What it takes to ask for a list of a repository. */
export interface ListContext {
  /** URL of the repository, with a slash at its end. */
  readonly base: string;
  readonly client: AuthorizedClient;
  readonly scopes: readonly string[];
  /** As people read it. */
  readonly where: string;
}

/** Bytes of one page, and pages of one list: far more than any registry has. */
const LARGEST_PAGE = 16 * 1024 * 1024;
const MOST_PAGES = 10_000;

/** All tags of a repository, page by page (distribution-spec, "Listing Tags"); none where it does not exist. */
export async function listTags(
  { base, client, scopes, where }: ListContext,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const tags = new Set<string>();
  let url: URL | undefined = new URL("tags/list?n=1000", base);
  for (let page = 0; url !== undefined && page < MOST_PAGES; page++) {
    const asked: URL = url;
    const response = await client.request({ method: "GET", url: asked.href, whole: LARGEST_PAGE }, scopes, signal);
    if (response.status === 404) {
      await drain(response);
      break;
    }
    if (response.status !== 200)
      throw await registryError(response, `listing the tags of ${where}`, { of: "manifest" });
    for (const tag of parsePage(await readAll(response, LARGEST_PAGE), where)) tags.add(tag);
    url = nextPage(response.headers.link, asked, `the tags of ${where}`);
  }
  return [...tags];
}

function parsePage(body: Buffer, where: string): string[] {
  try {
    const document: unknown = JSON.parse(body.toString("utf8"));
    const tags = isRecord(document) ? (document.tags ?? []) : undefined;
    if (Array.isArray(tags)) return tags.filter((tag): tag is string => typeof tag === "string" && isTag(tag));
  } catch {
    // Said below.
  }
  throw new TransferError("MANIFEST_MALFORMED", `${where} answers with something that is no list of tags`, {
    where,
    remedy: "See what answers at this host: a login page of a proxy is a usual cause.",
  });
}
