import { TransferError } from "./errors/transfer-error.ts";
import { type ResolverSpec, readSources } from "./inputs/component-versions.ts";
import type { InputName } from "./inputs/defaults.ts";
import { readHostPatterns, readRegistries } from "./inputs/hosts.ts";
import { createInputReader, type InputReader, invalidInput } from "./inputs/input-reader.ts";
import { readSignatures, type SignatureSpec } from "./inputs/signatures.ts";
import { readTarget } from "./inputs/target.ts";
import { type Platform, parsePlatform } from "./oci/platform.ts";
import type { AccessForm } from "./ocm/access/access-form.ts";
import type { ComponentVersionSpec, RegistrySpec, RepositorySpec } from "./ocm/descriptor/component-reference.ts";
import type { DescriptorFormat } from "./ocm/repository/descriptor-layer.ts";
import { parseWriteRequest, type WriteRequest } from "./proxy/files/write-request.ts";
import type { Environment } from "./proxy/settings.ts";
import { type AllowedRegistry, parseAllowedRegistry } from "./stores/registry/allowed-registries.ts";
import { printable } from "./text/redact.ts";
import type { ImageFileRequest } from "./transfer/images/image-files.ts";
import { parseRenames, type Rename } from "./transfer/names/rename.ts";
import type { ImageFormat } from "./transfer/save/image-files.ts";
import type { VersionSelection } from "./transfer/source/select-versions.ts";
import { parseSelectors, type Selector } from "./transfer/source/selector.ts";
import type { AccessFallback } from "./transfer/target/fallback.ts";
import type { ExistingPolicy } from "./transfer/target/inspect.ts";
import { type NameTemplate, parseNameTemplate } from "./transfer/target/published-name.ts";
import { nameSource } from "./transfer/target/signed-name.ts";

export const COMMANDS = ["setup", "explain", "preflight", "transfer", "download", "verify"] as const;
export type Command = (typeof COMMANDS)[number];
export type PreflightMode = "fail" | "warn" | "off";

/** Every input of action.yml, read once. Lists have one entry per line; empty text is an unset input. */
export interface Inputs {
  readonly command: Command;
  readonly componentVersions: readonly ComponentVersionSpec[];
  /** Which versions are meant where a line names none. */
  readonly versions: VersionSelection;
  readonly resolvers: readonly ResolverSpec[];
  readonly include: readonly Selector[];
  readonly exclude: readonly Selector[];
  readonly target: RepositorySpec | undefined;
  /** Archives and inventories of what the receiver of a delta has. */
  readonly base: readonly string[];
  /** Repositories of the target, without its host, that blobs which a delta omits may be taken from. */
  readonly baseRepositories: readonly string[];
  /** File that lists what was transferred; empty for none. */
  readonly writeInventory: string;
  readonly recursive: boolean;
  readonly copyResources: boolean;
  readonly copySources: boolean;
  readonly access: AccessForm;
  readonly accessFallback: AccessFallback;
  /** The form of the layers of component descriptors. */
  readonly descriptorFormat: DescriptorFormat;
  /** Names under which artifacts are tagged beside their component version. */
  readonly publishArtifacts: NameTemplate | undefined;
  /** Prefixes of the names of artifacts at the target, longest first. */
  readonly renames: readonly Rename[];
  readonly writeImages: readonly ImageFileRequest[];
  /** Host and path under which consumers reach the target; undefined for those of the target. */
  readonly consumerRepository: RegistrySpec | undefined;
  /** Whether local blobs also get an absolute access. */
  readonly globalAccess: boolean;
  /** Whether copies record the first references of artifacts. */
  readonly originNames: boolean;
  readonly existing: ExistingPolicy;
  readonly dryRun: boolean;
  /** Signatures that every named component version has to have. */
  readonly signatures: readonly SignatureSpec[];
  /** Whether unsigned parts may name artifacts though signatures are asked for. */
  readonly trustNames: boolean;
  readonly preflightMode: PreflightMode;
  /** How a preflight proves the right to push. */
  readonly probePush: "auto" | "token" | "off";
  /** Milliseconds. */
  readonly probeTimeout: number;
  /** For both schemes; `httpProxy` and `httpsProxy` take precedence. */
  readonly proxy: string;
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
  /** OCM configuration file; empty for `~/.ocmconfig`, if it exists. */
  readonly ocmConfig: string;
  /** The token of the job, for the container registry of its server. */
  readonly githubToken: string;
  /** Registries that component descriptors may lead to; empty for all. */
  readonly allowedRegistries: readonly AllowedRegistry[];
  readonly credentials: readonly string[];
  readonly output: string;
  /** How a download saves images. */
  readonly format: ImageFormat;
  /** The one image of an index that a download saves; undefined for all. */
  readonly platform: Platform | undefined;
  readonly concurrency: number;
  readonly retries: number;
  /** Milliseconds. */
  readonly stallTimeout: number;
}

/** Throws a `TransferError` for the first invalid input, with its name and, of a list, the line. */
export function readInputs(environment: Environment): Inputs {
  const input = createInputReader(environment);
  const command = readCommand(input);
  const trust = { signatures: readSignatures(input), trustNames: input.boolean("trust-names") };
  const template = input.text("publish-artifacts");
  return Object.freeze({
    command,
    ...readSources(input),
    include: parseSelectors(input.lines("include"), "input include"),
    exclude: parseSelectors(input.lines("exclude"), "input exclude"),
    ...readTarget(input),
    recursive: input.boolean("recursive"),
    copyResources: input.boolean("copy-resources"),
    copySources: input.boolean("copy-sources"),
    renames: parseRenames(input.lines("rename"), "input rename"),
    publishArtifacts: template === "" ? undefined : parseNameTemplate(template, nameSource(trust)),
    originNames: input.boolean("origin-names"),
    descriptorFormat: input.choice("descriptor-format", ["yaml", "json"]),
    existing: input.choice("existing", ["skip", "overwrite", "fail"]),
    dryRun: input.boolean("dry-run"),
    ...trust,
    preflightMode: readPreflightMode(input, command),
    probePush: input.choice("probe-push", ["auto", "token", "off"]),
    probeTimeout: readSeconds(input, "probe-timeout"),
    proxy: input.text("proxy"),
    httpProxy: input.text("http-proxy"),
    httpsProxy: input.text("https-proxy"),
    noProxy: input.text("no-proxy"),
    noProxyRegistries: readRegistries(input, "no-proxy-registries"),
    proxyConfig: input.text("proxy-config"),
    writeProxyConfig: input.parseLines("write-proxy-config", parseWriteRequest),
    nodeProxy: input.boolean("node-proxy"),
    plainHttp: readHostPatterns(input, "plain-http"),
    insecureSkipTlsVerify: readHostPatterns(input, "insecure-skip-tls-verify"),
    caCertificates: input.text("ca-certificates"),
    exportEnvironment:
      input.text("export-environment") === "" ? command === "setup" : input.boolean("export-environment"),
    urls: input.lines("urls"),
    registryConfig: input.text("registry-config"),
    ocmConfig: input.text("ocm-config"),
    githubToken: input.text("github-token"),
    allowedRegistries: input.parseLines("allowed-registries", parseAllowedRegistry),
    credentials: input.lines("credentials"),
    output: input.text("output"),
    format: input.choice("format", ["oci-layout", "oci-archive", "docker-archive"]),
    platform: readPlatform(input),
    concurrency: input.integer("concurrency", 1, 64),
    retries: input.integer("retries", 1, 20),
    stallTimeout: readSeconds(input, "stall-timeout"),
  });
}

function readCommand(input: InputReader): Command {
  const text = input.text("command");
  const command = COMMANDS.find((known) => known === text);
  if (command !== undefined) return command;
  throw new TransferError("COMMAND_UNKNOWN", `the command "${printable(text, 60)}" is unknown`, {
    where: "input command",
    remedy: `Use one of ${COMMANDS.join(", ")}.`,
  });
}

function readPlatform(input: InputReader): Platform | undefined {
  const text = input.text("platform");
  const platform = parsePlatform(text);
  if (platform !== undefined || text === "") return platform;
  throw invalidInput(
    "platform",
    text,
    "Write os/arch[/variant][,osver=VERSION]: linux/amd64, linux/arm/v7, windows/amd64,osver=10.0.20348.1970.",
  );
}

function readPreflightMode(input: InputReader, command: Command): PreflightMode {
  const mode = input.choice("preflight-mode", ["fail", "warn", "off"]);
  if (mode !== "off" || command !== "preflight") return mode;
  throw invalidInput(
    "preflight-mode",
    mode,
    "Use fail or warn; with command: preflight, off would leave nothing to do.",
  );
}

/** As milliseconds. */
function readSeconds(input: InputReader, name: InputName): number {
  return 1000 * input.integer(name, 1, 86_400);
}
