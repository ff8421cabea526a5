import { TransferError } from "../../errors/transfer-error.ts";
import { writeOutput } from "../../files/write-output.ts";
import { printable } from "../../text/redact.ts";
import { fluxRepositories } from "./flux-repositories.ts";
import { helmValues } from "./helm-values.ts";
import { imageMirrors } from "./image-mirrors.ts";
import { kustomizeImages } from "./kustomize-images.ts";
import { type MovedImage, neutralReference, referenceBelow } from "./moved-images.ts";

export const IMAGE_FORMATS = ["images", "helm", "kustomize", "registries", "flux"] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** One line of `write-images`. */
export interface ImageFileRequest {
  readonly format: ImageFormat;
  readonly path: string;
}

export function parseImageFileRequest(line: string, where: string): ImageFileRequest {
  const [, name, rest = ""] = /^\s*([a-z]+)\s*=(.*)$/s.exec(line) ?? [];
  const path = rest.trim();
  const format = IMAGE_FORMATS.find((known) => known === name);
  if (format !== undefined && path !== "") return { format, path };
  throw new TransferError("INPUT_INVALID", `"${printable(line, 200)}" is not of the form format=path`, {
    where,
    remedy: `Write one line per file, with a format of ${IMAGE_FORMATS.join(", ")}: helm=deploy/images.yaml.`,
  });
}

export interface ImageFileOptions {
  readonly images: readonly MovedImage[];
  /** Host and path that the images are pulled from. */
  readonly prefix: string;
  readonly isPlainHttp: boolean;
  readonly workspace: string;
}

/** Writes the new names of images for deployments; each file completely or not at all. */
export async function writeImageFiles(
  requests: readonly ImageFileRequest[],
  options: ImageFileOptions,
): Promise<ImageFileRequest[]> {
  for (const { format, path } of requests) {
    await writeOutput(path, textOf(format, options), { workspace: options.workspace, where: "input write-images" });
  }
  return [...requests];
}

function textOf(format: ImageFormat, { images, prefix, isPlainHttp }: ImageFileOptions): string {
  if (format === "flux") return fluxRepositories(images, prefix, { isPlainHttp });
  if (format === "helm") return helmValues(images, prefix);
  if (format === "kustomize") return kustomizeImages(images, prefix);
  if (format === "registries") return imageMirrors(images, prefix);
  const entries = images.map((image) => ({
    component: `${image.component}:${image.version}`,
    resource: image.name,
    neutral: neutralReference(image),
    reference: referenceBelow(prefix, image),
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}
