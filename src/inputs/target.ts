import { TransferError } from "../errors/transfer-error.ts";
import { isRepository } from "../oci/reference.ts";
import type { AccessForm } from "../ocm/access/access-form.ts";
import {
  parseRegistry,
  parseRepository,
  type RegistrySpec,
  type RepositorySpec,
} from "../ocm/descriptor/component-reference.ts";
import { isLoopbackName } from "../proxy/ip.ts";
import { printable } from "../text/redact.ts";
import { type ImageFileRequest, parseImageFileRequest } from "../transfer/images/image-files.ts";
import type { AccessFallback } from "../transfer/target/fallback.ts";
import { type InputReader, invalidInput } from "./input-reader.ts";

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
  readonly base: readonly string[];
  readonly baseRepositories: readonly string[];
  readonly writeInventory: string;
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
  return { target, access, accessFallback, writeImages, consumerRepository, globalAccess, ...readDelta(input, target) };
}

/** File names of archives that may be deltas: people see by the name that other tools cannot read one. */
const DELTA = /\.delta\.(?:tar|tgz|tar\.gz)$/;

function readDelta(input: InputReader, target: RepositorySpec | undefined) {
  const base = input.lines("base");
  if (base.length > 0 && !(target?.kind === "ctf" && DELTA.test(target.path))) {
    throw invalidInput(
      "base",
      base.join(" "),
      "Only an archive can omit what its receiver has: name a target that ends in .delta.tgz or .delta.tar, so that people see what it is.",
    );
  }
  const baseRepositories = input.parseLines("base-repositories", (line, where) => {
    if (isRepository(line)) return line;
    throw new TransferError("INPUT_INVALID", `"${printable(line, 200)}" is not the name of a repository`, {
      where,
      remedy: "Write the repository of the target without its host: ocm/component-descriptors/example.org/shop.",
    });
  });
  return { base, baseRepositories, writeInventory: input.text("write-inventory") };
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
