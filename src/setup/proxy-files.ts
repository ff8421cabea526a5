import { constants } from "node:fs";
import { mkdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Finding } from "../errors/finding.ts";
import { errorCode, errorMessage, TransferError } from "../errors/transfer-error.ts";
import { PRIVATE, writeAtomically } from "../files/atomic-write.ts";
import { placeBelow, placeOf, refuseLink } from "../files/place.ts";
import { writeCdh } from "../proxy/files/cdh.ts";
import { type ConfigText, type ProxyConfig, refuseEmpty } from "../proxy/files/config.ts";
import { FOLDER_FILES, readFolder, writeFolder } from "../proxy/files/connector-folder.ts";
import { writeDockerConfig } from "../proxy/files/docker-config.ts";
import { writeEnv } from "../proxy/files/env-file.ts";
import { readConfigFile } from "../proxy/files/formats.ts";
import { writeInitdata } from "../proxy/files/initdata.ts";
import type { WriteRequest } from "../proxy/files/write-request.ts";
import { containSecrets } from "../proxy/files/written.ts";
import type { Environment, ProxySettings } from "../proxy/settings.ts";
import { printable } from "../text/redact.ts";

/** Far above the size of any of these files, and small enough to be held in memory. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** The settings in the file or folder that the input `proxy-config` names. Links in a folder have to stay in it. Fails with PROXY_CONFIG_*. */
export async function readProxyConfig(path: string, environment: Environment = {}): Promise<ProxyConfig> {
  const origin = `proxy-config ${printable(path)}`;
  const kind = await kindOf(path);
  if (kind === undefined) throw missing(origin, "The file or folder does not exist.");
  const root = await realpath(path);
  if (kind === "file") {
    const file = { origin, text: await readText(root, origin) };
    return readConfigFile(file, { name: basename(path), daemon: environment.DOCKER_HOST || undefined });
  }
  const readBelow = async (name: string) => {
    const found = await kindOf(join(root, name));
    return found === undefined ? undefined : readOptional(placeBelow(root, name), `${origin}/${name}`);
  };
  const texts = await Promise.all(FOLDER_FILES.map(readBelow));
  if (texts.slice(0, 3).every((file) => file === undefined)) {
    throw missing(origin, `The folder has none of the files ${FOLDER_FILES.slice(0, 3).join(", ")}.`);
  }
  return readFolder(origin, Object.fromEntries(FOLDER_FILES.map((name, index) => [name, texts[index]])));
}

export interface WriteSources {
  readonly settings: ProxySettings;
  readonly workspace: string;
  /** The text of the format `squid`. */
  readonly squidRules: string;
}

export interface WrittenProxyFile extends WriteRequest {
  readonly findings: readonly Finding[];
  /** For initdata: the measured digest, and the value of the annotation, which is encoded but not secret. */
  readonly digest?: string;
  readonly annotation?: string;
}

interface Target {
  /** A real path. */
  readonly path: string;
  /** Undefined removes the file. */
  readonly text: string | undefined;
}

interface Prepared {
  readonly written: WrittenProxyFile;
  readonly targets: readonly Target[];
}

/** Writes the files of the input `write-proxy-config`; none of them if one cannot be generated. Fails with PROXY_CONFIG_*. */
export async function writeProxyFiles(
  requests: readonly WriteRequest[],
  sources: WriteSources,
): Promise<readonly WrittenProxyFile[]> {
  const prepared: Prepared[] = [];
  for (const request of requests) prepared.push(await prepare(request, sources));
  const isSecret = containSecrets(sources.settings);
  for (const { written, targets } of prepared) {
    for (const target of targets) await replaceFile(target, written, isSecret && written.format !== "squid");
  }
  return prepared.map(({ written }) => written);
}

async function prepare(request: WriteRequest, { settings, squidRules, workspace }: WriteSources): Promise<Prepared> {
  const { format } = request;
  const origin = originOf(request);
  const path = await placeOf(request.path, { workspace, where: origin }).catch((error) => {
    throw unwritable(request, error);
  });
  const existing = async (): Promise<ConfigText> => {
    const file = await readOptional(path, origin);
    if (file === undefined)
      throw missing(origin, `The file does not exist, and the format ${format} needs an existing one.`);
    refuseEmpty(file);
    return file;
  };
  const optional = async (name = path) => (await readOptional(name, origin)) ?? { origin, text: "" };
  const one = (text: string, more: Partial<WrittenProxyFile> = {}): Prepared => ({
    written: { ...request, findings: [], ...more },
    targets: [{ path, text }],
  });
  switch (format) {
    case "env":
      return one(writeEnv(await optional(), settings));
    case "folder": {
      for (const name of FOLDER_FILES) await refuseLink(path, join(path, name), origin);
      const texts = Object.entries(writeFolder(await optional(join(path, ".env")), settings));
      const targets = texts.map(([name, text]) => ({ path: join(path, name), text }));
      return { written: { ...request, findings: [] }, targets };
    }
    case "docker":
      return one(writeDockerConfig(await optional(), settings).text);
    case "cdh": {
      const { text, findings } = writeCdh(await existing(), settings);
      return one(text, { findings });
    }
    case "initdata": {
      const { text, ...more } = writeInitdata(await existing(), settings);
      return one(text, more);
    }
    case "squid":
      return one(squidRules);
  }
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch {
    return undefined;
  }
}

async function readOptional(path: string, origin: string): Promise<ConfigText | undefined> {
  return (await kindOf(path)) === undefined ? undefined : { origin, text: await readText(path, origin) };
}

async function readText(path: string, origin: string): Promise<string> {
  let bytes: Buffer;
  try {
    const status = await stat(path);
    if (!status.isFile() || status.size > MAX_FILE_BYTES)
      throw new Error(`it is not a regular file of at most ${MAX_FILE_BYTES} bytes`);
    bytes = await readFile(path, { flag: constants.O_RDONLY | constants.O_NOFOLLOW });
  } catch (error) {
    throw missing(origin, `It cannot be read: ${errorCode(error) ?? errorMessage(error)}.`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new TransferError("PROXY_CONFIG_MALFORMED", "The file is not text in UTF-8.", {
      where: origin,
      remedy: "Save it as UTF-8.",
    });
  }
}

/** Atomic, and readable only for its owner if it has a password. */
async function replaceFile({ path, text }: Target, request: WriteRequest, isSecret: boolean): Promise<void> {
  try {
    if (text === undefined) return await rm(path, { force: true });
    await mkdir(dirname(path), { recursive: true });
    await writeAtomically(path, text, isSecret ? PRIVATE : undefined);
  } catch (error) {
    throw unwritable(request, error);
  }
}

function originOf({ path }: WriteRequest): string {
  return `write-proxy-config ${printable(path)}`;
}

function unwritable(request: WriteRequest, cause: unknown): TransferError {
  if (cause instanceof TransferError) return cause;
  return new TransferError("PROXY_CONFIG_UNWRITABLE", `The file cannot be written: ${errorCode(cause) ?? "unknown"}.`, {
    where: originOf(request),
    remedy: "Name a path in a folder that this job may write to.",
    cause,
  });
}

function missing(where: string, problem: string): TransferError {
  return new TransferError("PROXY_CONFIG_MISSING", problem, {
    where,
    remedy: "Use the path of the file or folder inside the job, and mount or write it before this step.",
  });
}
