import { isForeignPage } from "../../net/foreign-page.ts";
import type { HttpResponse } from "../../net/http.ts";
import type { Descriptor } from "../../oci/descriptor.ts";

/** Whether a web page came instead of a blob. A blob may be a page too, of the size in its descriptor. */
export function isInserted({ status, headers }: HttpResponse, { size }: Descriptor): boolean {
  return status === 200 && isForeignPage(headers) && headers["content-length"] !== String(size);
}
