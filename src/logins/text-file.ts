import { TransferError } from "../errors/transfer-error.ts";

/** A file of text as it was saved: a byte order mark of UTF-8 is passed over. Throws CREDENTIALS_MALFORMED for UTF-16. */
export function decodeText(bytes: Buffer, from: string): string {
  const [first, second] = bytes;
  const hasMark = ["fffe", "feff"].includes(bytes.subarray(0, 2).toString("hex"));
  if (hasMark || first === 0 || second === 0) {
    throw new TransferError("CREDENTIALS_MALFORMED", `${from} is UTF-16, which is how PowerShell writes with >`, {
      where: from,
      remedy: "Write it as UTF-8, in PowerShell with Set-Content -Encoding utf8.",
    });
  }
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}
