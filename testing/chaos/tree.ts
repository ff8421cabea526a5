import { join } from "node:path";
import { type Descriptor, OCI_INDEX, OCI_MANIFEST } from "../../src/oci/descriptor.ts";
import {
  addComponentVersion,
  addImage,
  addIndex,
  addReferrer,
  artifactDigest,
  type ContentStore,
  imageResource,
  resource,
  SBOM,
  SIGNATURE,
} from "../content/content.ts";
import { chance, noise } from "./chance.ts";

/** A component version that has to be at the target after a run. */
export interface Expected {
  readonly name: string;
  readonly version: string;
  readonly resources: number;
}

export interface TreeOptions {
  readonly seed: string;
  /** Path below the host. */
  readonly path: string;
  /** How resources name images: by an absolute reference below this host, relative to their repository, or as local blobs. */
  readonly images: { readonly host: string } | "relative" | "local";
}

const CHART_CONFIG = "application/vnd.cncf.helm.config.v1+json";
const CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

type Store = ContentStore;

/** A component version that references two others; with images, indexes, their referrers, charts and local blobs, all of this seed alone. */
export function addTree(store: Store, options: TreeOptions): readonly Expected[] {
  const { seed, path, images } = options;
  const version = "1.0.0";
  const parts = ["acme.org/cart", "acme.org/payments"];
  const versions = [...parts, "acme.org/shop"].map((name, at) => {
    const home = join(path, "component-descriptors", name);
    const natives: Descriptor[] = [];
    const artifacts = artifactsOf(store, { seed: `${seed} ${name}`, at });
    const resources = artifacts.map(({ name: title, add }) => {
      const repository = images === "local" ? home : `${path}/images/${title}-${at}`;
      const descriptor = add(repository, images === "local" ? undefined : "1.0.0");
      if (images === "local") natives.push(descriptor);
      const reference = `${repository}:1.0.0@${descriptor.digest}`;
      if (images === "local") return resource(title, local(descriptor), artifactDigest(descriptor));
      if (images !== "relative") return imageResource(title, `${images.host}/${reference}`, descriptor);
      return resource(title, { type: "relativeOciReference", reference }, artifactDigest(descriptor));
    });
    const blobs = [noise(70_000 + at, seed, name, "blob"), noise(900, seed, name, "text")];
    addComponentVersion(store, {
      path,
      name,
      version,
      resources,
      natives,
      blobs,
      references: name === "acme.org/shop" ? parts.map((part) => `${part}:${version}`) : [],
    });
    return { name, version, resources: resources.length + blobs.length };
  });
  return versions;
}

/** One component version with an image and two local blobs: the same content for every seed. */
export function addVersion(store: ContentStore, { path, images }: TreeOptions): readonly Expected[] {
  if (images !== "relative") throw new Error("the single component version is for direct routes alone");
  const [name, version] = ["acme.org/shop", "1.0.0"];
  const repository = join(path, "images/image");
  const image = addImage(store, repository, {
    layers: [noise(300_000, "large"), noise(20_000, "small")],
    tag: version,
  });
  const access = { type: "relativeOciReference", reference: `${repository}:${version}@${image.digest}` };
  const blobs = [noise(70_000, "blob"), noise(900, "text")];
  addComponentVersion(store, {
    path,
    name,
    version,
    resources: [resource("image", access, artifactDigest(image))],
    blobs,
  });
  return [{ name, version, resources: 1 + blobs.length }];
}

const local = ({ digest, mediaType }: Descriptor) => ({ type: "localBlob", localReference: digest, mediaType });

interface Artifact {
  readonly name: string;
  readonly add: (repository: string, tag: string | undefined) => Descriptor;
}

function artifactsOf(store: Store, { seed, at }: { readonly seed: string; readonly at: number }): readonly Artifact[] {
  const tagged = (tag: string | undefined) => (tag === undefined ? {} : { tag });
  const image: Artifact = {
    name: "image",
    add(repository, tag) {
      const layers = [noise(300_000, seed, "large"), noise(20_000, seed, "small")];
      const root = addImage(store, repository, { layers, ...tagged(tag) });
      if (chance(seed, "referrers") < 0.7) addReferrers(store, repository, root, seed);
      return root;
    },
  };
  const index: Artifact = {
    name: "platforms",
    add(repository, tag) {
      const base = noise(40_000, seed, "base");
      const manifests = ["amd64", "arm64"].map((architecture) => ({
        ...addImage(store, repository, { layers: [base, noise(9_000, seed, architecture)] }),
        platform: { os: "linux", architecture },
      }));
      return addIndex(store, repository, manifests, tagged(tag));
    },
  };
  const chart: Artifact = {
    name: "chart",
    add(repository, tag) {
      const document = {
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: store.addBlob(repository, JSON.stringify({ name: "chart", version: "1.0.0", seed }), CHART_CONFIG),
        layers: [store.addBlob(repository, noise(5_000, seed, "chart"), CHART_LAYER)],
      };
      return store.addManifest(repository, document, tagged(tag));
    },
  };
  return [[image], [index, chart], [image, chart]][at] ?? [];
}

/** Under the tag of the distribution specification, since the registries of these tests have no referrers API. */
function addReferrers(store: Store, repository: string, subject: Descriptor, seed: string): void {
  const referrers = [SIGNATURE, SBOM].map((type) => ({
    ...addReferrer(store, repository, subject, type, `${type} of ${seed}`),
    artifactType: type,
  }));
  const document = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: referrers };
  store.addManifest(repository, document, { tag: subject.digest.replace(":", "-") });
}
