import type { HttpResponse } from "../../net/http.ts";
import type { Descriptor } from "../../oci/descriptor.ts";

/** Whether a web page answers which is not the registry's. */
export function isForeignPage(headers: Readonly<Record<string, string>>): boolean {
  const isPage = headers["content-type"]?.includes("text/html") ?? false;
  return isPage && headers["docker-distribution-api-version"] === undefined;
}

/** Whether a web page came instead of a blob. A blob may be a page too, of the size in its descriptor. */
export function isInserted({ status, headers }: HttpResponse, { size }: Descriptor): boolean {
  return status === 200 && isForeignPage(headers) && headers["content-length"] !== String(size);
}
