import { encoded } from "../../oci/digest.ts";
import { CHART_LAYER } from "../../stores/elsewhere/helm.ts";
import { distinctNames, yamlText } from "./helm-values.ts";
import type { MovedImage } from "./moved-images.ts";

const HEADER = `# An OCIRepository by digest for each resource, for Kustomizations and HelmReleases of Flux. Flux downloads all of them: keep those of charts
# and manifests, and delete those of container images.
`;

/** RFC 1123 label: also the value of a label that refers to it. */
const MAX_NAME = 63;

/** A YAML stream of OCIRepositories (https://fluxcd.io/flux/components/source/ocirepositories/). */
export function fluxRepositories(
  images: readonly MovedImage[],
  prefix: string,
  { isPlainHttp = false }: { readonly isPlainHttp?: boolean } = {},
): string {
  const documents = labels(images).map(([name, image]) =>
    yamlText({
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "OCIRepository",
      metadata: { name },
      spec: {
        interval: "60m",
        url: `oci://${prefix}/${image.repository}`,
        ref: { digest: image.digest },
        ...(isPlainHttp ? { insecure: true } : {}),
        // Without it, Flux unpacks the chart, and a HelmRelease cannot use it.
        ...(image.isChart === true ? { layerSelector: { mediaType: CHART_LAYER, operation: "copy" } } : {}),
      },
    }),
  );
  return HEADER + documents.map((document) => `---\n${document}`).join("");
}

/** Names of resources as names of objects, each with its digest where two would be the same. */
function labels(images: readonly MovedImage[]): readonly (readonly [string, MovedImage])[] {
  const named = distinctNames(images).map(([name, image]) => [labelOf(name), image] as const);
  const counts = Map.groupBy(named, ([name]) => name);
  const unique = named.map(([name, image]) => {
    const suffix = `-${encoded(image.digest).slice(0, 12)}`;
    const isAlone = counts.get(name)?.length === 1;
    return [isAlone ? name : `${name.slice(0, MAX_NAME - suffix.length)}${suffix}`, image] as const;
  });
  // The same content under one name is one object.
  return [...new Map(unique)];
}

function labelOf(name: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const label = words.join("-").slice(0, MAX_NAME).replace(/-$/, "");
  return label === "" ? "artifact" : label;
}
