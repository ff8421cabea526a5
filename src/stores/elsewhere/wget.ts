import type { WgetAccess } from "../../ocm/access/access.ts";
import { printable } from "../../text/redact.ts";
import { type AccessRequest, type Found, isPinnedToManifest, pinnedDigest } from "./found.ts";
import { contentOf, type FetchContext, readRemote } from "./remote-content.ts";

/**
 * Headers that only choose among representations. Any other may be a credential, or what guards a service from requests that were not
 * meant for it: it is neither sent nor left out, since without it the content would be another.
 */
const SENT = new Set(["accept", "accept-language"]);

/** Locates the content of a `wget` access: a layer, as both OCM CLIs copy it. */
export async function locateWget(
  access: WgetAccess,
  wanted: AccessRequest,
  context: FetchContext,
  signal?: AbortSignal,
): Promise<Found> {
  const reason = whyLeft(access, wanted);
  if (reason !== undefined) return { kind: "left", reason };
  const { element, where } = wanted;
  const headers = Object.entries(access.header).map(([name, values]) => [name.toLowerCase(), values.join(", ")]);
  const blob = await readRemote(
    {
      url: access.url,
      headers: Object.fromEntries(headers),
      consumer: "file",
      purpose: contentOf(element, "wget"),
      where,
      pinned: pinnedDigest(wanted),
      mediaType: access.mediaType,
      decodes: true,
      followsRedirects: !access.noRedirect,
    },
    context,
    signal,
  );
  if (blob !== undefined) return { kind: "blob", ...blob };
  return { kind: "left", reason: "the server redirects, and the access forbids to follow" };
}

function whyLeft({ url, verb, hasBody, header }: WgetAccess, wanted: AccessRequest): string | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return "the scheme of its URL is not http or https";
  if (parsed.username !== "" || parsed.password !== "") return "its URL holds credentials";
  if (!/^(?:GET)?$/i.test(verb)) return `it is asked for with ${printable(verb, 20)}`;
  if (hasBody) return "it is asked for with a body";
  const foreign = Object.keys(header).find((name) => !SENT.has(name.toLowerCase()));
  if (foreign !== undefined) return `it is asked for with the header ${printable(foreign, 40)}`;
  if (Object.values(header).some((values) => values.some((value) => /[^\t\x20-\x7e]/.test(value))))
    return "a header of it holds characters that none may have";
  return isPinnedToManifest(wanted) ? "its digest is that of an OCI manifest" : undefined;
}
