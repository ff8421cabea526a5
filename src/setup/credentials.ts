import { readFile } from "node:fs/promises";
import { errorCode, errorMessage, TransferError } from "../errors/transfer-error.ts";
import type { Inputs } from "../inputs.ts";
import type { Environment } from "../proxy/settings.ts";
import { type CredentialEntry, parseCredentialLines, parseDockerConfig } from "../stores/registry/auth/credentials.ts";
import { dockerConfigFile, dockerConfigInCheckout } from "./checkout.ts";

/** Credentials in their order of precedence: the input, then docker's configuration file. */
export async function readCredentials(inputs: Inputs, environment: Environment): Promise<CredentialEntry[]> {
  const fromInput = parseCredentialLines(inputs.credentials);
  const isNamed = inputs.registryConfig !== "";
  const file = isNamed ? inputs.registryConfig : dockerConfigFile(environment);
  if ((await dockerConfigInCheckout(inputs, environment)) !== undefined) return fromInput;
  if (file.trimStart().startsWith("{")) {
    throw new TransferError("CREDENTIALS_MALFORMED", "registry-config holds the content of a file, not its name", {
      where: "input registry-config",
      remedy: "Write the content to a file, and name that file in registry-config.",
    });
  }
  try {
    return [...fromInput, ...parseDockerConfig(await readFile(file, "utf8"), file)];
  } catch (error) {
    if (error instanceof TransferError) throw error;
    if (!isNamed && errorCode(error) === "ENOENT") return fromInput;
    throw new TransferError("CREDENTIALS_MALFORMED", `${file} cannot be read: ${errorMessage(error)}`, {
      where: isNamed ? "input registry-config" : file,
      remedy: "Name an existing docker config.json in registry-config.",
      cause: error,
    });
  }
}
