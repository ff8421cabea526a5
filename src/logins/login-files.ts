import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Code } from "../errors/codes.ts";
import { errorCode, errorMessage, TransferError } from "../errors/transfer-error.ts";
import { readSettingsBytes } from "../files/read-settings-file.ts";
import type { Environment } from "../proxy/settings.ts";
import { parseDockerConfig } from "./docker-config.ts";
import type { LoginSource } from "./logins.ts";
import { type DockerConfigRef, type OcmConfig, parseOcmConfig } from "./ocm-config.ts";
import { decodeText } from "./text-file.ts";

export interface LoginFileOptions {
  readonly environment: Environment;
  /** Whether a commit could have written a file: one that no input names is then not read. */
  readonly isInCheckout: (path: string) => Promise<boolean>;
  /** Folder of podman's logins of this user; undefined for none. */
  readonly podmanFolder?: string | undefined;
}

/** Where podman keeps logins without XDG_RUNTIME_DIR (containers/image, pkg/docker/config); on Linux only. */
export function podmanFolder(): string | undefined {
  return process.platform === "linux" ? `/run/containers/${process.getuid?.()}` : undefined;
}

/** The file that registry-config names or, where it names none, docker's and podman's own in their order. */
export async function readRegistryConfigs(named: string, options: LoginFileOptions): Promise<LoginSource[]> {
  if (named !== "") {
    refuseContent("registry-config", named);
    const text = await readNamed("registry-config", "CREDENTIALS_MALFORMED", named);
    return [{ name: named, state: "found", logins: parseDockerConfig(text, named) }];
  }
  const {
    DOCKER_AUTH_CONFIG: content = "",
    REGISTRY_AUTH_FILE,
    XDG_RUNTIME_DIR,
    XDG_CONFIG_HOME,
  } = options.environment;
  const variable = "DOCKER_AUTH_CONFIG";
  const configHome = XDG_CONFIG_HOME || join(homeOf(options.environment), ".config");
  const perUser = XDG_RUNTIME_DIR || !options.podmanFolder ? undefined : join(options.podmanFolder, "auth.json");
  const files = [
    dockerConfigPath(options.environment),
    ...(REGISTRY_AUTH_FILE ? [REGISTRY_AUTH_FILE] : []),
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, "containers", "auth.json")] : []),
    ...(perUser === undefined ? [] : [perUser]),
    join(configHome, "containers", "auth.json"),
  ];
  const read = (file: string) => readUnnamed(file, options, file === perUser ? UNREACHABLE : ABSENT);
  const found = await Promise.all([...new Set(files)].map(read));
  return [
    ...(content.trim() === ""
      ? []
      : [{ name: variable, state: "found" as const, logins: parseDockerConfig(content, variable) }]),
    ...found.map(({ text, ...place }) => ({
      ...place,
      logins: text === undefined ? [] : parseDockerConfig(text, place.name),
    })),
  ];
}

/** What an OCM configuration gives to a run. */
export interface OcmConfigSources {
  readonly sources: readonly LoginSource[];
  readonly resolvers: OcmConfig["resolvers"];
}

/** The file that ocm-config names or `~/.ocmconfig`, with the docker configurations that it refers to behind it. */
export async function readOcmConfig(named: string, options: LoginFileOptions): Promise<OcmConfigSources> {
  const file = named === "" ? join(homeOf(options.environment), ".ocmconfig") : expand(named, options.environment);
  const place: ReadFile =
    named === ""
      ? await readUnnamed(file, options)
      : { name: named, state: "found", text: await readNamed("ocm-config", "OCM_CONFIG_MALFORMED", file) };
  if (place.text === undefined)
    return { sources: [{ name: place.name, state: place.state, logins: [] }], resolvers: [] };
  const { logins, dockerConfigs, resolvers } = parseOcmConfig(place.text, place.name);
  const referred = await Promise.all(dockerConfigs.map((ref) => readReferred(ref, place.name, options)));
  return { sources: [{ name: place.name, state: "found", logins }, ...referred], resolvers };
}

async function readReferred(ref: DockerConfigRef, from: string, options: LoginFileOptions): Promise<LoginSource> {
  if (ref.kind === "content") {
    const name = `DockerConfig in ${from}`;
    return { name, state: "found", logins: parseDockerConfig(ref.text, name) };
  }
  const isDefault = ref.kind === "default";
  const file = isDefault ? dockerConfigPath(options.environment) : expand(ref.path, options.environment);
  const { text, ...place } = await readUnnamed(
    file,
    isDefault ? options : { ...options, isInCheckout: async () => false },
  );
  return { ...place, logins: text === undefined ? [] : parseDockerConfig(text, file) };
}

/** docker's own file. */
export function dockerConfigPath(environment: Environment): string {
  return join(environment.DOCKER_CONFIG || join(homeOf(environment), ".docker"), "config.json");
}

function homeOf({ HOME }: Environment): string {
  return HOME || homedir();
}

/** Both CLIs take `~` for the home. */
function expand(path: string, environment: Environment): string {
  return path.startsWith("~/") ? join(homeOf(environment), path.slice(2)) : path;
}

function refuseContent(input: string, value: string): void {
  if (!value.trimStart().startsWith("{")) return;
  throw new TransferError("CREDENTIALS_MALFORMED", `${input} holds the content of a file, not its name`, {
    where: `input ${input}`,
    remedy: `Write the content to a file, and name that file in ${input}.`,
  });
}

async function readNamed(input: string, code: Code, file: string): Promise<string> {
  const refused = (why: string, cause?: unknown) =>
    new TransferError(code, `${file} ${why}`, {
      where: `input ${input}`,
      remedy: `Name an existing file in ${input}.`,
      ...(cause === undefined ? {} : { cause }),
    });
  const bytes = await readSettingsBytes(file).catch((error) => {
    throw refused(`cannot be read: ${errorMessage(error)}`, error);
  });
  const text = decodeText(bytes, file);
  if (text.trim() === "") throw refused("is empty");
  return text;
}

interface ReadFile {
  readonly name: string;
  readonly state: LoginSource["state"];
  readonly text: string | undefined;
}

const ABSENT = ["ENOENT", "ENOTDIR"];
/** The folder of all users may be closed to this one, who has no login in it then. */
const UNREACHABLE = [...ABSENT, "EACCES"];

/** A file that was not named need not be there, and is not read where a commit could have written it. */
async function readUnnamed(
  file: string,
  { isInCheckout }: LoginFileOptions,
  absent: readonly string[] = ABSENT,
): Promise<ReadFile> {
  try {
    if (await isInCheckout(file)) {
      await access(file);
      return { name: file, state: "ignored", text: undefined };
    }
    return { name: file, state: "found", text: decodeText(await readSettingsBytes(file), file) };
  } catch (error) {
    if (error instanceof TransferError) throw error;
    if (absent.includes(errorCode(error) ?? "")) return { name: file, state: "absent", text: undefined };
    throw new TransferError("CREDENTIALS_MALFORMED", `${file} cannot be read: ${errorMessage(error)}`, {
      where: file,
      remedy: "Make it readable, or name another file in registry-config.",
      cause: error,
    });
  }
}
