import { TransferError } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";
import type { InputReader } from "./input-reader.ts";

/** A signature by its name, and the file with the key that verifies it. */
export interface SignatureSpec {
  readonly name: string;
  readonly path: string;
}

export function readSignatures(input: InputReader): readonly SignatureSpec[] {
  // It may be a private key, so it is not quoted.
  if (input.text("signatures").includes("-----BEGIN"))
    throw malformed("input signatures", "contains a key instead of the path of a file");
  const signatures = input.parseLines("signatures", (line, where) => {
    const at = line.indexOf("=");
    const [name, path] = [line.slice(0, Math.max(at, 0)).trim(), line.slice(at + 1).trim()];
    if (name === "" || path === "") throw malformed(where, `is not of the form name=path: "${printable(line, 200)}"`);
    return { name, path };
  });
  const repeated = signatures.find(({ name }, index) => signatures.findIndex((each) => each.name === name) !== index);
  if (repeated !== undefined) throw malformed("input signatures", `has the name ${printable(repeated.name, 80)} twice`);
  return signatures;
}

function malformed(where: string, problem: string): TransferError {
  return new TransferError("INPUT_INVALID", `${where} ${problem}`, {
    where,
    remedy: "Write the name of a signature and the file with its public key, for example acme=keys/acme.pub.pem.",
  });
}
