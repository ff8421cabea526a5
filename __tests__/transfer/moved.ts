import { sha256 } from "../../src/oci/digest.ts";
import { parseImageReference } from "../../src/oci/reference.ts";
import type { MovedImage } from "../../src/transfer/images/moved-images.ts";

/** An image that became a local blob; the digest is that of `content`. */
export function moved(name: string, before: string | undefined, more: Partial<MovedImage> & { content?: string } = {}) {
  const { content = name, ...rest } = more;
  const component = rest.component ?? "acme.org/shop";
  return {
    component,
    version: "1.0.0",
    name,
    kind: "resource" as const,
    before: before === undefined ? undefined : { ...parseImageReference(before, "here"), text: before },
    repository: `component-descriptors/${component}`,
    tag: "1",
    isTagged: false,
    digest: sha256(content),
    ...rest,
  } satisfies MovedImage;
}
