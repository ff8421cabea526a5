import { TransferError } from "../errors/transfer-error.ts";
import type { AccessForm } from "../ocm/access/access-form.ts";
import {
  parseRegistry,
  parseRepository,
  type RegistrySpec,
  type RepositorySpec,
} from "../ocm/descriptor/component-reference.ts";
import { isLoopbackName } from "../proxy/ip.ts";
import { type ImageFileRequest, parseImageFileRequest } from "../transfer/images/image-files.ts";
import type { AccessFallback } from "../transfer/target/fallback.ts";
import type { InputReader } from "./input-reader.ts";

/** The target, and what depends on whether it is a registry or an archive. */
export function readTarget(input: InputReader): {
  readonly target: RepositorySpec | undefined;
  readonly access: AccessForm;
  readonly accessFallback: AccessFallback;
  readonly writeImages: readonly ImageFileRequest[];
  /** Host and path under which consumers reach the target; undefined for those of the target. */
  readonly consumerRepository: RegistrySpec | undefined;
  /** Whether local blobs also get an absolute access. */
  readonly globalAccess: boolean;
} {
  const text = input.text("target");
  const target = text === "" ? undefined : parseRepository(text, "input target");
  const access = input.choice("access", ["localBlob", "relativeOciReference", "ociArtifact"] as const);
  const accessFallback = input.choice("access-fallback", ["none", "artifact-set", "ociArtifact"] as const);
  const writeImages = input.parseLines("write-images", parseImageFileRequest);
  const consumer = input.text("consumer-repository");
  const consumerRepository = consumer === "" ? undefined : parseRegistry(consumer, "input consumer-repository");
  const globalAccess = input.boolean("global-access");
  if (target !== undefined && consumerRepository === undefined) {
    const isArchive = target.kind === "ctf";
    if (access === "ociArtifact") checkReachable(target, "access: ociArtifact writes");
    if (globalAccess) checkReachable(target, "global-access writes");
    // An archive refuses nothing.
    if (accessFallback === "ociArtifact" && !isArchive) checkReachable(target, "access-fallback: ociArtifact writes");
    if (writeImages.length > 0 && isArchive) checkReachable(target, "write-images writes");
  }
  return { target, access, accessFallback, writeImages, consumerRepository, globalAccess };
}

/** Absolute references to an archive or to loopback lead nowhere for everybody else. */
function checkReachable(target: RepositorySpec, what: string): void {
  const place = target.kind === "ctf" ? "an archive" : `on loopback (${target.host})`;
  if (target.kind === "registry" && !isLoopbackHost(target.host)) return;
  throw new TransferError(
    "INPUT_MISSING",
    `${what} references with a host, and the target is ${place}, where consumers cannot pull from`,
    {
      where: "input consumer-repository",
      remedy:
        "Set consumer-repository to the host and path under which consumers reach the copy, for example registry.corp/ocm or http://registry.svc/ocm.",
    },
  );
}

/** In any spelling that URLs accept, 127.1 too; with the unspecified address, which leads to loopback as a destination. */
function isLoopbackHost(host: string): boolean {
  const name = (URL.parse(`http://${host}/`)?.hostname ?? host).replace(/^\[|\]$/g, "");
  return isLoopbackName(name) || name.endsWith(".localhost") || name === "0.0.0.0" || name === "::";
}
