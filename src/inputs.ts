import { TransferError } from "./errors/transfer-error.ts";
import type { AccessForm } from "./ocm/access/access-form.ts";
import {
  type ComponentVersionSpec,
  isComponentName,
  parseComponentVersion,
  parseRepository,
  type RegistrySpec,
  type RepositorySpec,
} from "./ocm/descriptor/component-reference.ts";
import { parseConstraint, type VersionConstraint } from "./ocm/version/version-constraint.ts";
import { parseWriteRequest, type WriteRequest } from "./proxy/files/write-request.ts";
import type { Environment } from "./proxy/settings.ts";
import { type AllowedRegistry, parseAllowedRegistry } from "./stores/registry/allowed-registries.ts";
import { printable } from "./text/redact.ts";
import { type ImageFileRequest, parseImageFileRequest } from "./transfer/images/image-files.ts";
import type { VersionSelection } from "./transfer/source/select-versions.ts";
import { parseSelectors, type Selector } from "./transfer/source/selector.ts";
import type { AccessFallback } from "./transfer/target/fallback.ts";
import type { ExistingPolicy } from "./transfer/target/inspect.ts";
import { type NameTemplate, parseNameTemplate } from "./transfer/target/published-name.ts";
import { nameSource } from "./transfer/target/signed-name.ts";

export const COMMANDS = ["setup", "explain", "preflight", "transfer", "download", "verify"] as const;
export type Command = (typeof COMMANDS)[number];
export type PreflightMode = "fail" | "warn" | "off";

/** Every input of action.yml, read once. Lists have one entry per line; empty is unset. */
export interface Inputs {
  readonly command: Command;
  readonly componentVersions: readonly ComponentVersionSpec[];
  /** Which versions are meant where a line names none. */
  readonly versions: VersionSelection;
  readonly resolvers: readonly ResolverSpec[];
  readonly include: readonly Selector[];
  readonly exclude: readonly Selector[];
  readonly target: RepositorySpec | undefined;
  readonly recursive: boolean;
  readonly copyResources: boolean;
  readonly copySources: boolean;
  readonly access: AccessForm;
  readonly accessFallback: AccessFallback;
  /** Names under which artifacts are tagged beside their component version. */
  readonly publishArtifacts: NameTemplate | undefined;
  readonly writeImages: readonly ImageFileRequest[];
  /** Host and path under which consumers reach the target; empty for the target's own. */
  readonly imagesPrefix: string;
  readonly existing: ExistingPolicy;
  readonly dryRun: boolean;
  /** Signatures that every named component version has to have. */
  readonly signatures: readonly SignatureSpec[];
  /** Whether unsigned parts may name artifacts though signatures are asked for. */
  readonly trustNames: boolean;
  readonly preflightMode: PreflightMode;
  /** Milliseconds. */
  readonly probeTimeout: number;
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
  readonly noProxyRegistries: readonly string[];
  readonly proxyConfig: string;
  readonly writeProxyConfig: readonly WriteRequest[];
  readonly nodeProxy: boolean;
  readonly plainHttp: readonly string[];
  readonly insecureSkipTlsVerify: readonly string[];
  /** PEM text, or paths of PEM files, one per line. */
  readonly caCertificates: string;
  readonly exportEnvironment: boolean;
  readonly urls: readonly string[];
  readonly registryConfig: string;
  /** Registries that component descriptors may lead to; empty for all. */
  readonly allowedRegistries: readonly AllowedRegistry[];
  readonly credentials: readonly string[];
  /** OCM configuration file; empty for `~/.ocmconfig`, where there is one. */
  readonly ocmConfig: string;
  /** The token of the job, for the container registry of its server. */
  readonly githubToken: string;
  readonly output: string;
  readonly concurrency: number;
  readonly retries: number;
  /** Milliseconds. */
  readonly stallTimeout: number;
}

/** A signature by its name, and the file with the key that verifies it. */
export interface SignatureSpec {
  readonly name: string;
  readonly path: string;
}

/** A repository in which references to components below a name are looked up. */
export interface ResolverSpec {
  /** `acme.org/shop` stands for itself and everything below it; empty for every component. */
  readonly prefix: string;
  /** Glob of component names instead, whose `*` also stands for slashes. */
  readonly pattern?: string;
  readonly repository: RepositorySpec;
}

export function readInputs(environment: Environment): Inputs {
  const input = (name: string) => readInput(environment, name);
  const command = readCommand(input("command"));
  const versions = {
    constraint: readConstraint(input("semver-constraint")),
    isLatestOnly: readBoolean("latest", input("latest"), false),
  };
  const target = readTarget(input("target"));
  const writeImages = readLines(input("write-images")).map((line, index) =>
    parseImageFileRequest(line, `input write-images, line ${index + 1}`),
  );
  const imagesPrefix = readPrefix(input("images-prefix"));
  if (writeImages.length > 0 && target?.kind === "ctf" && imagesPrefix === "") {
    throw new TransferError("INPUT_MISSING", "an archive has no host that images could be pulled from", {
      where: "input images-prefix",
      remedy: "Set images-prefix to the registry and path that the archive will be imported to: registry.corp/ocm.",
    });
  }
  const trust = {
    signatures: readSignatures(input("signatures")),
    trustNames: readBoolean("trust-names", input("trust-names"), false),
  };
  const seconds = (name: string, preset: number) => 1000 * readCount(name, input(name), preset, 1, 86_400);
  return Object.freeze({
    command,
    componentVersions: readLines(input("component-versions")).map((line, index) =>
      readComponentVersion(line, index, versions),
    ),
    versions,
    resolvers: readLines(input("resolvers")).map(readResolver),
    include: parseSelectors(readLines(input("include")), "input include"),
    exclude: parseSelectors(readLines(input("exclude")), "input exclude"),
    target,
    recursive: readBoolean("recursive", input("recursive"), false),
    copyResources: readBoolean("copy-resources", input("copy-resources"), true),
    copySources: readBoolean("copy-sources", input("copy-sources"), false),
    access: readAccess(input("access"), target),
    accessFallback: readChoice("access-fallback", input("access-fallback"), [
      "none",
      "artifact-set",
      "ociArtifact",
    ] as const),
    publishArtifacts:
      input("publish-artifacts") === "" ? undefined : parseNameTemplate(input("publish-artifacts"), nameSource(trust)),
    writeImages,
    imagesPrefix,
    existing: readChoice("existing", input("existing"), ["skip", "overwrite", "fail"] as const),
    dryRun: readBoolean("dry-run", input("dry-run"), false),
    ...trust,
    preflightMode: readPreflightMode(input("preflight-mode"), command),
    probeTimeout: seconds("probe-timeout", 10),
    httpProxy: input("http-proxy"),
    httpsProxy: input("https-proxy"),
    noProxy: input("no-proxy"),
    noProxyRegistries: readLines(input("no-proxy-registries"))
      .flatMap((line) => line.split(/[\s,]+/).filter(Boolean))
      .map((registry) => refuseTopLevel("no-proxy-registries", registry)),
    proxyConfig: input("proxy-config"),
    writeProxyConfig: readLines(input("write-proxy-config")).map((line, index) =>
      parseWriteRequest(line, `input write-proxy-config, line ${index + 1}`),
    ),
    nodeProxy: readBoolean("node-proxy", input("node-proxy"), false),
    plainHttp: readLines(input("plain-http")).map((line) => readHostPattern("plain-http", line)),
    insecureSkipTlsVerify: readLines(input("insecure-skip-tls-verify")).map((line) =>
      readHostPattern("insecure-skip-tls-verify", line),
    ),
    caCertificates: input("ca-certificates"),
    exportEnvironment: readBoolean("export-environment", input("export-environment"), command === "setup"),
    urls: readLines(input("urls")),
    registryConfig: input("registry-config"),
    allowedRegistries: readLines(input("allowed-registries")).map((line, index) =>
      parseAllowedRegistry(line, `input allowed-registries, line ${index + 1}`),
    ),
    credentials: readLines(input("credentials")),
    ocmConfig: input("ocm-config"),
    githubToken: input("github-token"),
    output: input("output"),
    concurrency: readCount("concurrency", input("concurrency"), 8, 1, 64),
    retries: readCount("retries", input("retries"), 6, 1, 20),
    stallTimeout: seconds("stall-timeout", 60),
  });
}

/** As the runner passes it; with underscores too, since a shell cannot export a variable with hyphens. */
function readInput(environment: Environment, name: string): string {
  const upper = `INPUT_${name.toUpperCase()}`;
  return (environment[upper] || environment[upper.replaceAll("-", "_")] || "").trim();
}

/** Comments and empty lines do not count. */
function readLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function readComponentVersion(line: string, index: number, versions: VersionSelection): ComponentVersionSpec {
  const where = `input component-versions, line ${index + 1}`;
  const spec = parseComponentVersion(line, where);
  if ((spec.version ?? spec.digest) !== undefined || versions.constraint !== undefined || versions.isLatestOnly)
    return spec;
  throw new TransferError("VERSION_MISSING", `"${printable(line, 200)}" names no version`, {
    where,
    remedy: `Write the version behind the component: ${printable(line, 200)}:1.2.0; or set semver-constraint ('*' for all) or latest.`,
  });
}

function readConstraint(text: string): VersionConstraint | undefined {
  return text === "" ? undefined : parseConstraint(text, "input semver-constraint");
}

function readResolver(line: string, index: number): ResolverSpec {
  const where = `input resolvers, line ${index + 1}`;
  const at = line.indexOf("=");
  const prefix = line.slice(0, Math.max(at, 0)).trim().replace(/\/$/, "");
  const isName = prefix === "" || /^[a-z][-a-z0-9.]*$/.test(prefix) || isComponentName(prefix);
  if (at >= 0 && isName) return { prefix, repository: parseRepository(line.slice(at + 1).trim(), where) };
  throw new TransferError("INPUT_INVALID", `${where}: "${printable(line, 200)}" is no prefix=repository`, {
    where,
    remedy: "Write the beginning of component names and where they lie, for example acme.org/shop=ghcr.io/acme/ocm.",
  });
}

function readSignatures(text: string): SignatureSpec[] {
  const malformed = (where: string, why: string) =>
    new TransferError("INPUT_INVALID", `${where} ${why}`, {
      where,
      remedy: "Write the name of a signature and the file with its public key, for example acme=keys/acme.pub.pem.",
    });
  // What may be a key, even a private one, is not repeated.
  if (text.includes("-----BEGIN")) throw malformed("input signatures", "holds a key itself, and not the path of one");
  const signatures = readLines(text).map((line, index) => {
    const where = `input signatures, line ${index + 1}`;
    const at = line.indexOf("=");
    const [name, path] = [line.slice(0, Math.max(at, 0)).trim(), line.slice(at + 1).trim()];
    if (name === "" || path === "") throw malformed(where, `is no name=path: "${printable(line, 200)}"`);
    return { name, path };
  });
  const twice = signatures.find(({ name }, index) => signatures.findIndex((each) => each.name === name) !== index);
  if (twice !== undefined) throw malformed("input signatures", `names ${printable(twice.name, 80)} twice`);
  return signatures;
}

function readTarget(text: string): RepositorySpec | undefined {
  return text === "" ? undefined : parseRepository(text, "input target");
}

function readPrefix(text: string): string {
  if (text === "") return "";
  const { host, path, scheme } = {
    scheme: undefined,
    ...parseRepository(`oci::${text}`, "input images-prefix"),
  } as RegistrySpec;
  if (scheme !== undefined)
    throw invalid("images-prefix", text, "Write it as deployments do, without a scheme: registry.corp/ocm.");
  return path === "" ? host : `${host}/${path}`;
}

function readAccess(text: string, target: RepositorySpec | undefined): AccessForm {
  const access = readChoice("access", text, ["localBlob", "relativeOciReference", "ociArtifact"] as const);
  if (access !== "ociArtifact" || target?.kind !== "ctf") return access;
  throw invalid(
    "access",
    text,
    "An archive has no host that a reference could name: use localBlob or relativeOciReference.",
  );
}

function readCommand(text: string): Command {
  const command = COMMANDS.find((known) => known === (text || "transfer"));
  if (command !== undefined) return command;
  throw new TransferError("COMMAND_UNKNOWN", `command is "${printable(text, 60)}", which is none`, {
    where: "input command",
    remedy: `Use one of ${COMMANDS.join(", ")}.`,
  });
}

function readPreflightMode(text: string, command: Command): PreflightMode {
  const mode = readChoice("preflight-mode", text, ["fail", "warn", "off"] as const);
  if (mode !== "off" || command !== "preflight") return mode;
  throw invalid("preflight-mode", text, "Use fail or warn; with command: preflight, off would leave nothing to do.");
}

function readBoolean(name: string, text: string, preset: boolean): boolean {
  if (text === "") return preset;
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  throw invalid(name, text, "Use true or false.");
}

function readChoice<T extends string>(name: string, text: string, choices: readonly [T, ...T[]]): T {
  if (text === "") return choices[0];
  const choice = choices.find((known) => known === text);
  if (choice === undefined) throw invalid(name, text, `Use one of ${choices.join(", ")}.`);
  return choice;
}

function readCount(name: string, text: string, preset: number, least: number, most: number): number {
  if (text === "") return preset;
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return count;
  throw invalid(name, text, `Use a whole number from ${least} to ${most}.`);
}

/** `.com` would stand for a good part of the internet. */
function refuseTopLevel(name: string, text: string): string {
  if (!/^\.[^.]+$/.test(text)) return text;
  throw invalid(
    name,
    text,
    "That is a whole top-level domain. Write more of the name: .corp.example, or single hosts.",
  );
}

function readHostPattern(name: string, text: string): string {
  refuseTopLevel(name, text);
  if (/^\.?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?::\d{1,5})?$|^\[[0-9a-fA-F:]+\](?::\d{1,5})?$/.test(text))
    return text.toLowerCase();
  throw invalid(name, text, "Use host, host:port, .suffix or .suffix:port, one per line; never everything.");
}

function invalid(name: string, text: string, remedy: string): TransferError {
  return new TransferError("INPUT_INVALID", `${name} is "${printable(text, 80)}", which cannot be used`, {
    where: `input ${name}`,
    remedy,
  });
}
