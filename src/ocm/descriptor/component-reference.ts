import { TransferError } from "../../errors/transfer-error.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import { invalidRepository, isHost } from "../../oci/reference.ts";
import { printable } from "../../text/redact.ts";

/** A store of component versions: below a path of a registry, or in a CTF archive. */
export type RepositorySpec = RegistrySpec | { readonly kind: "ctf"; readonly path: string };

export interface RegistrySpec {
  readonly kind: "registry";
  /** Undefined where the user wrote none. */
  readonly scheme: "http" | "https" | undefined;
  readonly host: string;
  /** Path below the host, without slashes at its ends; may be empty. */
  readonly path: string;
}

export interface ComponentVersionSpec {
  readonly repository: RepositorySpec;
  /** Undefined for an archive as a whole. */
  readonly component: string | undefined;
  readonly version: string | undefined;
  /** Digest of the manifest of the component version, which replaces the tag. */
  readonly digest: Digest | undefined;
}

const TYPE = /^([A-Za-z][\w.+-]*(?:\/v\d+)?(?:\+\w+)?)::/;
const CTF_TYPES = /^(?:ctf|CTF|CommonTransportFormat|directory|tar|tgz)(?:\/v1)?(?:\+(?:directory|tar|tgz))?$/;
const OCI_TYPES = /^(?:oci|OCI|ociRegistry|OCIRegistry|OCIRepository)(?:\/v1)?$/;
const COMPONENT = /^[a-z][-a-z0-9]*(?:\.[a-z][-a-z0-9]*)*\.[a-z]{2,}(?:\/[a-z][-a-z0-9_]*(?:\.[a-z][-a-z0-9_]*)*)+$/;
/** Semantic versions, relaxed as in OCM: an optional v, one to three numbers. */
const VERSION = /^v?\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

export function isComponentName(text: string): boolean {
  return COMPONENT.test(text) && text.length <= 255;
}

export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

/** First part of a component's repository name, below the path of the OCM repository. */
export const COMPONENT_DESCRIPTORS = "component-descriptors";

/**
 * `[type::]repository//component[:version][@digest]`, also in the long form with `/component-descriptors/` in place of `//`: the
 * grammar of both OCM CLIs; digests are those of version 2 (bindings/go/oci/compref of the monorepo). An archive alone stands for all of its
 * component versions, as in `ocm transfer ctf`. Fails with REFERENCE_MALFORMED.
 */
export function parseComponentVersion(text: string, where: string): ComponentVersionSpec {
  const malformed = (
    why: string,
    remedy = "Write repository//component:version, for example ghcr.io/acme/ocm//acme.org/shop:1.2.0 or ./shop.tgz//acme.org/shop:1.2.0; an archive alone, for example ./shop.tgz, means every component version in it.",
  ) => new TransferError("REFERENCE_MALFORMED", `${where}: "${withoutLogin(text)}" ${why}`, { where, remedy });
  const parts = splitAtComponent(text);
  if (parts === undefined && isArchive(text)) {
    return { repository: parseRepository(text, where), component: undefined, version: undefined, digest: undefined };
  }
  if (parts === undefined) throw malformed("has no component: the separator // is missing");
  const [named, digest] = splitAt(parts.component, parts.component.search(DIGEST));
  const [component, version] = splitAt(named, named.indexOf(":"));
  if (!isComponentName(component)) {
    const isLowerCase = component === component.toLowerCase() || !isComponentName(component.toLowerCase());
    const remedy = isLowerCase ? undefined : `Write ${component.toLowerCase()}: names of components are in lower case.`;
    throw malformed(`has the invalid component name "${withoutLogin(component)}"`, remedy);
  }
  if (digest !== undefined && !isDigest(digest)) {
    const grammar = "sha256: with 64, or sha512: with 128 hexadecimal digits in lower case";
    throw malformed(`has the invalid digest "${printable(digest, 140)}", which is not ${grammar}`);
  }
  if (version !== undefined && !isVersion(version))
    throw malformed(
      `has "${printable(version, 60)}" for a version, which is not a semantic version${hintFor(version)}`,
    );
  const rest = text.slice(parts.repository.length);
  const repository = parseRepository(parts.repository, where, (lowerCase) => `${lowerCase}${rest}`);
  return { repository, component, version, digest };
}

/** Both parts without the separator; the complete text alone if the position is negative. */
function splitAt(text: string, at: number): [string, string | undefined] {
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function hintFor(version: string): string {
  if (version.includes(".build-")) return " (a tag; the version has + where the tag has .build-)";
  return version === "latest" ? " (leave it out and set latest: true)" : "";
}

function splitAtComponent(text: string): { repository: string; component: string } | undefined {
  const afterType = TYPE.exec(text)?.[0].length ?? 0;
  const afterScheme = afterType + (/^(?:https?|oci):\/\//.exec(text.slice(afterType))?.[0].length ?? 0);
  const double = text.indexOf("//", afterScheme);
  if (double >= 0) return { repository: text.slice(0, double), component: text.slice(double + 2) };
  const long = text.indexOf(`/${COMPONENT_DESCRIPTORS}/`, afterScheme);
  if (long < 0) return undefined;
  return { repository: text.slice(0, long), component: text.slice(long + COMPONENT_DESCRIPTORS.length + 2) };
}

/**
 * `[type::]repository`: an archive by its type or the form of its path, otherwise a registry. Fails with REFERENCE_MALFORMED. `lineOf`: the
 * line of the input that the text is a part of, for a remedy that can be pasted.
 */
export function parseRepository(
  text: string,
  where: string,
  lineOf: (repository: string) => string = (repository) => repository,
): RepositorySpec {
  const malformed = malformedRepository(text, where);
  const type = TYPE.exec(text)?.[1];
  const rest = type === undefined ? text : text.slice(type.length + 2);
  if (DIGEST_AT_END.test(rest)) {
    throw malformed("has a digest, which can pin a component version only: use it in component-versions");
  }
  if (type !== undefined && CTF_TYPES.test(type)) {
    if (rest === "") throw malformed("has no path");
    return { kind: "ctf", path: rest };
  }
  if (type !== undefined && !OCI_TYPES.test(type))
    throw malformed(`has the repository type ${printable(type, 40)}, which is unknown`);
  if (type === undefined && ARCHIVE_PATH.test(rest)) return { kind: "ctf", path: rest };
  return parseRegistry(rest, where, lineOf);
}

/** `[scheme://]host[:port][/path]`, for inputs that name no archive. Fails with REFERENCE_MALFORMED. */
export function parseRegistry(
  text: string,
  where: string,
  lineOf: (registry: string) => string = (registry) => registry,
): RegistrySpec {
  const malformed = malformedRepository(text, where);
  const scheme = /^(https?|oci):\/\//.exec(text)?.[1];
  const start = scheme === undefined ? 0 : scheme.length + 3;
  const [host = "", ...segments] = text.slice(start).split("/");
  const path = segments.join("/").replace(/(?<!\/)\/+$/, "");
  if (LOGIN.test(text)) throw malformed("contains a user or password, which belong into credentials");
  if (!isHost(host)) throw malformed(`has the invalid host "${printable(host, 100)}"`);
  const invalid = path === "" ? undefined : invalidRepository(path);
  if (invalid !== undefined) {
    const lowerCase = path.toLowerCase();
    const isCase = lowerCase !== path && invalidRepository(lowerCase) === undefined;
    const line = lineOf(`${text.slice(0, start + host.length)}/${lowerCase}`);
    const remedy = isCase
      ? `Write ${printable(line, 300)}: names of repositories are in lower case, also where an owner or organization has capitals.`
      : undefined;
    throw malformed(`has the path "${printable(path, 100)}", which ${invalid}`, remedy);
  }
  return { kind: "registry", scheme: scheme === "http" || scheme === "https" ? scheme : undefined, host, path };
}

const ARCHIVE_PATH = /^(?:\.{0,2}\/|\.{1,2}$)|\.(?:tar|tgz|tar\.gz)$/;

function isArchive(text: string): boolean {
  const type = TYPE.exec(text)?.[1];
  return type === undefined ? ARCHIVE_PATH.test(text) && !text.includes("://") : CTF_TYPES.test(type);
}

function malformedRepository(text: string, where: string) {
  return (
    why: string,
    remedy = "Write a registry (registry.corp/ocm, http://localhost:5000/ocm) or an archive (./folder, ./shop.tgz).",
  ) => new TransferError("REFERENCE_MALFORMED", `${where}: "${withoutLogin(text)}" ${why}`, { where, remedy });
}

export function formatRepository(repository: RepositorySpec): string {
  if (repository.kind === "ctf") return repository.path;
  const scheme = repository.scheme === undefined ? "" : `${repository.scheme}://`;
  return `${scheme}${repository.host}${repository.path === "" ? "" : `/${repository.path}`}`;
}

/** A digest has no slash: a text with a slash after its last @ is a reference with credentials. */
const DIGEST = /@[^@/]*$/;

/** The rule of version 2 of the CLI for a digest of any algorithm, as opposed to a path or a port. */
const DIGEST_AT_END = /@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}$/;

/** Up to the last @ except that of a digest: a password may contain slashes. */
const LOGIN = /^([A-Za-z][\w.+/-]*::)?(\w+:\/\/)?.*@(?!sha\d+:)/s;

/** A reference for messages: a password in it is not repeated. */
function withoutLogin(text: string): string {
  return printable(
    text.replace(LOGIN, (_, type = "", scheme = "") => `${type}${scheme}***@`),
    200,
  );
}
