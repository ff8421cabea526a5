import type { Code } from "../../errors/codes.ts";
import type { Hop } from "../../net/hop.ts";
import { creationOf } from "./known/creation.ts";
import { LIMIT_REMEDY } from "./known/limits.ts";

const REMEDIES: Readonly<Partial<Record<Code, string>>> = {
  UNAUTHORIZED:
    "Give credentials for this registry, in credentials or one of the files that were looked for, and see that they are still valid.",
  CREDENTIALS_REFUSED: "See that user and password, or token, are right and still valid.",
  DENIED: "Ask the owner of the repository for the right to do this, or use other credentials.",
  PUSH_DENIED: "Ask the owner of the target for the right to push, or use other credentials.",
  REPOSITORY_UNKNOWN:
    "Create the repository, or the project at the beginning of its name (Harbor, GitLab), at the registry first; or name a target below which it creates repositories by itself.",
  REPOSITORY_NAME_REFUSED:
    "Component versions are stored in PATH/component-descriptors/COMPONENT: use a shorter path, or a registry that accepts names that deep. Some registries refuse __ and -- too.",
  TARGET_LIMIT_EXCEEDED: LIMIT_REMEDY,
  TOKEN_HOST_REFUSED: "Ask the operators of the registry: the host that it names for tokens gives none.",
  IDENTITY_TOKEN_UNSUPPORTED:
    "Give user and password for this registry, in credentials or with docker login: its token host takes no identity tokens.",
  CAPTIVE_PORTAL:
    "See which page that is: log this runner in there or have it exempted, or correct the host if it is not a registry.",
  AUTHORIZATION_STRIPPED:
    "Ask the operators of the proxy why it takes the header Authorization out, or list the registry in no-proxy.",
  TOKEN_REFUSED: "Run again; if it stays, ask the operators of the registry: it and its token host disagree.",
  CLOCK_SKEWED: "Set the clock of this runner: tokens and certificates are valid for minutes and days.",
  NOT_A_REGISTRY: "Check the host: the server there has no API of a registry.",
  MANIFEST_UNKNOWN: "Check the name and the version or tag, and that the credentials may read the repository.",
  BLOB_UNKNOWN: "The registry lost this blob, or never had it; push the artifact there again.",
  ACCEPTED_CONTENT_UNKNOWN:
    "Run again, with more retries if its storage is slow; if it stays, ask the operators of the registry what removes content there.",
  TAG_IMMUTABLE:
    "Give the component version or artifact a new version, or have the operators of the target exempt the tag from its rule.",
  RATE_LIMITED: "Run again later, or use credentials with a higher limit.",
  UPLOAD_LOST:
    "Ask the operators of the registry: where several instances are behind one address, they need the same storage and the same secret (http.secret of the CNCF registry).",
  REGISTRY_UNAVAILABLE: "Run again later; if it stays, ask the operators of the registry.",
  REGISTRY_REFUSED: "Read the registry's words; its operators know what it accepts.",
};

/** The remedy for a missing right to push, where the repository may also be missing. */
export function deniedRemedy(creation: string | undefined): string | undefined {
  return creation === undefined ? undefined : `${REMEDIES.PUSH_DENIED} If the repository does not exist: ${creation}`;
}

/** For the repository of the request, at a known registry. */
function creationRemedy(code: Code, { host, url }: Hop): string | undefined {
  if (code !== "REPOSITORY_UNKNOWN" && code !== "PUSH_DENIED") return undefined;
  const repository = /^\/v2\/(.+)\/(?:blobs|manifests|tags)\//.exec(new URL(url).pathname)?.[1];
  const creation = repository === undefined ? undefined : creationOf(host, repository);
  return code === "PUSH_DENIED" ? deniedRemedy(creation) : creation;
}

/** Blob hosts know no credentials: the registry signs the URL that it redirects to. */
export function remedyFor(code: Code, hop: Hop): string {
  const { purpose } = hop;
  const creation = creationRemedy(code, hop);
  if (creation !== undefined) return creation;
  const isRefusal = code === "UNAUTHORIZED" || code === "DENIED";
  if (!isRefusal || purpose.kind !== "blobs") return REMEDIES[code] ?? "";
  return "Run again: the signed URL that the registry redirected to may have expired. If the error stays, a proxy that changes URLs, or a clock that is wrong, is a usual cause; else ask the operators of the registry.";
}
