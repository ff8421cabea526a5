import { errorMessage, TransferError } from "../errors/transfer-error.ts";
import { readSettingsFile } from "../files/read-settings-file.ts";
import type { SignatureSpec } from "../inputs/signatures.ts";
import { parsePublicKey } from "../ocm/signing/public-key.ts";
import { printable } from "../text/redact.ts";
import type { TrustedKey } from "../transfer/verify/trust.ts";

/** The keys of the input `signatures`. Fails with PUBLIC_KEY_MALFORMED, and never shows what is in a file. */
export function readTrustedKeys(signatures: readonly SignatureSpec[]): Promise<TrustedKey[]> {
  return Promise.all(
    signatures.map(async ({ name, path }) => ({ name, key: parsePublicKey(await read(path), printable(path, 200)) })),
  );
}

async function read(path: string): Promise<string> {
  try {
    return await readSettingsFile(path);
  } catch (error) {
    throw new TransferError("PUBLIC_KEY_MALFORMED", `${printable(path, 200)} cannot be read: ${errorMessage(error)}`, {
      where: "input signatures",
      remedy: "Write name=path, with the path of a PEM file that is on this runner.",
      cause: error,
    });
  }
}
