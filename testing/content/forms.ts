import { createHash } from "node:crypto";
import { type Descriptor, OCI_INDEX, OCI_MANIFEST } from "../../src/oci/descriptor.ts";
import type { FileServer } from "../fakes/file-server.ts";
import type { FakeRegistry } from "../fakes/registry.ts";
import { addImage } from "./content.ts";
import type { Place } from "./places.ts";
import { tar } from "./tar-bytes.ts";

/** Where content of a component version may lie. */
export interface Shelves {
  /** Holds the component version. */
  readonly place: Place;
  /** What absolute references lead to. */
  readonly far: FakeRegistry;
  readonly server: FileServer;
}

/** Content that was put somewhere, and how a component version refers to it. */
export interface Made {
  readonly access: object;
  readonly layers?: readonly Descriptor[];
  readonly natives?: readonly Descriptor[];
  /** The bytes that a digest is made of: those of the blob, or of the manifest. */
  readonly pinned: string;
}

export interface Form {
  readonly of: "artifact" | "blob";
  /** Whether it leads elsewhere than to the place of the component version. */
  readonly isFar?: boolean;
  /** Puts this text there, under this name. */
  make(shelves: Shelves, text: string, name: string): Made;
}

export const HOME = "component-descriptors/acme.org/shop";
const TEXT = "text/plain";
const LAYER = "application/vnd.oci.image.layer.v1.tar";
const CONFIG = "application/vnd.oci.image.config.v1+json";

const local = (localReference: string, mediaType: string) => ({ type: "localBlob", localReference, mediaType });

/** The manifest that `addImage` makes for this layer. */
function imageOf(text: string) {
  const describe = (content: string, mediaType: string) => ({
    mediaType,
    digest: `sha256:${createHash("sha256").update(content).digest("hex")}`,
    size: content.length,
  });
  const [config, layer] = [describe("{}", CONFIG), describe(text, LAYER)];
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] });
  return { manifest, root: describe(manifest, OCI_MANIFEST), blobs: { [config.digest]: "{}", [layer.digest]: text } };
}

/** An artifact set, its files named as one of the layouts does. */
function artifactSet(text: string, index: string, separator: "." | "/"): Buffer {
  const { manifest, root, blobs } = imageOf(text);
  const files = Object.entries({ [root.digest]: manifest, ...blobs });
  return tar(
    { name: index, content: JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [root] }) },
    ...files.map(([digest, content]) => ({ name: `blobs/${digest.replace(":", separator)}`, content })),
  );
}

function packed(index: string, separator: "." | "/"): Form {
  return {
    of: "artifact",
    make({ place }, text) {
      const mediaType = "application/vnd.oci.image.manifest.v1+tar";
      const blob = place.addBlob(HOME, artifactSet(text, index, separator), mediaType);
      return { access: local(blob.digest, mediaType), layers: [blob], pinned: imageOf(text).manifest };
    },
  };
}

type Named = (name: string, digest: string) => string;

function absolute(named: Named): Form {
  return {
    of: "artifact",
    isFar: true,
    make({ far }, text, name) {
      const { digest } = addImage(far, `images/${name}`, { layers: [text], tag: "1" });
      const imageReference = `${far.origin}/images/${named(name, digest)}`;
      return { access: { type: "ociArtifact", imageReference }, pinned: imageOf(text).manifest };
    },
  };
}

function relative(named: Named): Form {
  return {
    of: "artifact",
    make({ place }, text, name) {
      const { digest } = addImage(place, `images/${name}`, { layers: [text], tag: "1" });
      const access = { type: "relativeOciReference", reference: `images/${named(name, digest)}` };
      return { access, pinned: imageOf(text).manifest };
    },
  };
}

/** Every way that an access leads to content which this product follows. */
export const FORMS: Readonly<Record<string, Form>> = {
  "a layer": {
    of: "blob",
    make({ place }, text) {
      const blob = place.addBlob(HOME, text, TEXT);
      return { access: local(blob.digest, TEXT), layers: [blob], pinned: text };
    },
  },
  "a layer by SHA-512": {
    of: "blob",
    make({ place }, text) {
      const blob = place.addBlob(HOME, text, TEXT, "sha512");
      return { access: local(blob.digest, TEXT), layers: [blob], pinned: text };
    },
  },
  chunks: {
    of: "blob",
    make({ place }, text) {
      const layers = [text, " and the rest"].map((chunk) => place.addBlob(HOME, chunk, TEXT));
      const list = layers.map(({ digest }) => digest).join(",");
      return { access: local(list, TEXT), layers, pinned: `${text} and the rest` };
    },
  },
  ociBlob: {
    of: "blob",
    isFar: true,
    make({ far }, text) {
      const { digest, size } = far.addBlob("far/blobs", text);
      return { access: { type: "ociBlob", ref: `${far.origin}/far/blobs`, digest, size }, pinned: text };
    },
  },
  wget: {
    of: "blob",
    isFar: true,
    make({ server }, text, name) {
      server.put(`/files/${name}`, text);
      return { access: { type: "wget", url: `${server.origin}/files/${name}` }, pinned: text };
    },
  },
  "helm, from a chart repository": {
    of: "blob",
    isFar: true,
    make({ server }, text, name) {
      const entry = { name, version: "1.0.0", urls: [`${name}.tgz`] };
      server.put(`/${name}/index.yaml`, JSON.stringify({ apiVersion: "v1", entries: { [name]: [entry] } }));
      server.put(`/${name}/${name}.tgz`, text);
      const access = { type: "helm", helmRepository: `${server.origin}/${name}`, helmChart: `${name}:1.0.0` };
      return { access, pinned: text };
    },
  },
  "a native manifest": {
    of: "artifact",
    make({ place }, text) {
      const image = addImage(place, HOME, { layers: [text] });
      return { access: local(image.digest, OCI_MANIFEST), natives: [image], pinned: imageOf(text).manifest };
    },
  },
  "an artifact set": packed("index.json", "."),
  "an artifact set of old": packed("artifact-descriptor.json", "."),
  "an OCI layout": packed("index.json", "/"),
  "ociArtifact by tag": absolute((name) => `${name}:1`),
  "ociArtifact by digest": absolute((name, digest) => `${name}@${digest}`),
  "ociArtifact by both": absolute((name, digest) => `${name}:1@${digest}`),
  "relativeOciReference by tag": relative((name) => `${name}:1`),
  "relativeOciReference by digest": relative((name, digest) => `${name}@${digest}`),
};
