import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { errorMessage, TransferError } from "../errors/transfer-error.ts";
import { isRecord } from "../oci/descriptor.ts";
import type { Environment } from "../proxy/settings.ts";
import type { Credential } from "../stores/registry/auth/credentials.ts";
import { printable } from "../text/redact.ts";

/** Asks a credential helper for the login of a host; undefined where it has none. Throws CREDENTIAL_HELPER_FAILED. */
export type AskHelper = (helper: string, server: string) => Promise<Credential | undefined>;

export interface HelperOptions {
  readonly environment: Environment;
  /** The proxy settings of this run, as programs read them. */
  readonly proxyVariables: Readonly<Record<string, string>>;
  /** Whether a commit could have brought the program along. */
  readonly isInCheckout: (path: string) => Promise<boolean>;
  /** Stops helpers that are running. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; default 30 seconds. */
  readonly deadline?: number;
}

const DEADLINE = 30_000;
/** Bytes; a login has some thousand at most. */
const MAX_OUTPUT_BYTES = 64 * 1024;
const NAME = /^[A-Za-z0-9._-]+$/;

/** What docker-credential-helpers answers where it knows no login (credentials/error.go). */
const NOT_FOUND = "credentials not found in native keychain";

/** Variables that helpers of clouds and key rings go by; a runner's own and the inputs of the action are not theirs. */
const PASSED = [
  ...["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "DOCKER_CONFIG"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"],
  ...["GNUPGHOME", "DBUS_SESSION_BUS_ADDRESS"],
];
const PASSED_PREFIXES = [
  ...["LC_", "XDG_", "GPG_", "PASSWORD_STORE_"],
  ...["AWS_", "AZURE_", "ARM_", "ACR_", "IDENTITY_", "MSI_", "IMDS_"],
  ...["GOOGLE_", "CLOUDSDK_", "GCLOUD_", "GCE_", "GCR_", "OCI_", "ALIBABA_CLOUD_", "DIGITALOCEAN_"],
];

function isPassed(name: string): boolean {
  return PASSED.includes(name) || PASSED_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** The protocol of docker-credential-helpers: `get`, the server on standard input, a JSON object on standard output. */
export function createHelpers(options: HelperOptions): AskHelper {
  const { environment, proxyVariables, isInCheckout, signal, deadline = DEADLINE } = options;
  const passed = Object.entries(environment).filter(([name]) => isPassed(name));
  const variables = { ...Object.fromEntries(passed), ...proxyVariables };

  return async (helper, server) => {
    const program = `docker-credential-${helper}`;
    if (!NAME.test(helper)) throw failed(`docker-credential-${printable(helper, 80)}`, server, "its name is not one");
    const path = await find(program, environment.PATH ?? "", isInCheckout);
    if (path === undefined) throw failed(program, server, "it is not on the PATH");
    const { code, output, stopped } = await run(path, { server, variables, deadline, signal });
    signal?.throwIfAborted();
    if (stopped === "deadline") throw failed(program, server, `it did not answer in ${deadline / 1000} s`);
    if (stopped === "output") throw failed(program, server, `it wrote more than ${MAX_OUTPUT_BYTES} bytes`);
    const text = output.toString("utf8").trim();
    if (code !== 0) {
      if (text === NOT_FOUND) return undefined;
      // An answer that is JSON after all may hold the secret.
      const words = text === "" || text.includes("{") ? "" : `: ${printable(text, 200)}`;
      throw failed(program, server, `it ended with exit code ${code ?? "of a signal"}${words}`);
    }
    return credentialOf(text, program, server);
  };
}

function credentialOf(text: string, program: string, server: string): Credential | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  if (!isRecord(answer) || typeof answer.Username !== "string" || typeof answer.Secret !== "string") {
    throw failed(program, server, "its answer is not a JSON object with Username and Secret");
  }
  const { Username: username, Secret: secret } = answer;
  if (secret === "") return undefined;
  if (username === "<token>") return { username: "", password: "", identityToken: secret, from: program };
  return { username, password: secret, from: program };
}

function failed(program: string, server: string, why: string): TransferError {
  return new TransferError("CREDENTIAL_HELPER_FAILED", `${program} was asked for the login of ${server}: ${why}`, {
    where: program,
    remedy: `See what it says: echo ${server} | ${program} get. Or give the login in credentials, which goes before it.`,
  });
}

/** Relative entries of the PATH, and the empty one, mean the working directory, which may be a checkout. */
async function find(
  program: string,
  path: string,
  isInCheckout: HelperOptions["isInCheckout"],
): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const file = join(folder, program);
    const isProgram = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isProgram && !(await isInCheckout(file))) return file;
  }
  return undefined;
}

interface Outcome {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly output: Buffer;
  readonly stopped: "deadline" | "output" | "signal" | undefined;
}

interface Asking {
  readonly server: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

/** Standard error is not read: helpers write there what they were given. */
function run(path: string, { server, variables, deadline, signal }: Asking): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const child = spawn(path, ["get"], {
    env: variables,
    cwd: tmpdir(),
    stdio: ["pipe", "pipe", "ignore"],
    // A group of its own, so that what it started ends with it.
    detached: true,
  });
  const chunks: Buffer[] = [];
  let size = 0;
  let stopped: Outcome["stopped"];
  const stop = (reason: NonNullable<Outcome["stopped"]>) => {
    stopped ??= reason;
    try {
      process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
    } catch {
      child.kill("SIGKILL");
    }
    child.stdout.destroy();
    finish(null);
  };
  const interrupt = () => stop("signal");
  signal?.addEventListener("abort", interrupt);
  const timer = setTimeout(() => stop("deadline"), deadline);
  const finish = (code: number | null, output = Buffer.concat(chunks)) => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", interrupt);
    resolve({ code, output, stopped });
  };
  child.stdout.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_OUTPUT_BYTES) stop("output");
    else chunks.push(chunk);
  });
  child.on("error", (error) => finish(null, Buffer.from(errorMessage(error))));
  child.on("close", (code) => finish(code));
  // It may end without having read what it was asked.
  child.stdin.on("error", () => {}).end(server);
  return promise;
}
