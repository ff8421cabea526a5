import { TransferError } from "../errors/transfer-error.ts";
import type { AccessForm } from "../ocm/access/access-form.ts";
import { parseRegistry, parseRepository, type RepositorySpec } from "../ocm/descriptor/component-reference.ts";
import { type ImageFileRequest, parseImageFileRequest } from "../transfer/images/image-files.ts";
import { type InputReader, invalidInput } from "./input-reader.ts";

/** The target, and what depends on whether it is a registry or an archive. */
export function readTarget(input: InputReader): {
  readonly target: RepositorySpec | undefined;
  readonly access: AccessForm;
  readonly writeImages: readonly ImageFileRequest[];
  /** Host and path under which consumers reach the target; empty for those of the target. */
  readonly imagesPrefix: string;
} {
  const text = input.text("target");
  const target = text === "" ? undefined : parseRepository(text, "input target");
  const isArchive = target?.kind === "ctf";
  const access = input.choice("access", ["localBlob", "relativeOciReference", "ociArtifact"] as const);
  if (access === "ociArtifact" && isArchive) {
    throw invalidInput(
      "access",
      access,
      "An archive has no host for a reference: use localBlob or relativeOciReference.",
    );
  }
  const writeImages = input.parseLines("write-images", parseImageFileRequest);
  const imagesPrefix = readImagesPrefix(input);
  if (writeImages.length > 0 && isArchive && imagesPrefix === "") {
    throw new TransferError(
      "INPUT_MISSING",
      "images cannot be pulled from an archive, so that they have no new names",
      {
        where: "input images-prefix",
        remedy: "Set images-prefix to the registry and path that the archive will be imported to: registry.corp/ocm.",
      },
    );
  }
  return { target, access, writeImages, imagesPrefix };
}

function readImagesPrefix(input: InputReader): string {
  const text = input.text("images-prefix");
  if (text === "") return "";
  const { host, path, scheme } = parseRegistry(text, "input images-prefix");
  if (scheme !== undefined)
    throw invalidInput("images-prefix", text, "Write it as in deployments, without a scheme: registry.corp/ocm.");
  return path === "" ? host : `${host}/${path}`;
}
