import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errorCode, errorMessage, TransferError } from "../../errors/transfer-error.ts";
import { type Digest, encoded, hasherOf } from "../../oci/digest.ts";

/** A file that holds content until the run is over. */
export interface Spooled {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  open(): Readable;
}

export interface HoldOptions {
  /** As messages name the content. */
  readonly where: string;
  readonly pinned: Digest | undefined;
  /** Transforms that the content passes before it is measured. */
  readonly unpacking?: readonly Transform[];
}

export interface Spool {
  /** Writes content of unknown size and digest to a file; fails where `pinned` is the digest of other content. */
  hold(content: AsyncIterable<Buffer>, options: HoldOptions): Promise<Spooled>;
  /** Removes every file. */
  close(): Promise<void>;
}

/** Files below `folder`, each of at most `largest` bytes. */
export function createSpool(folder: string, largest: number): Spool {
  let made: Promise<string> | undefined;

  async function own(): Promise<string> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return mkdtemp(join(folder, "artifacts-"));
  }

  return {
    async hold(content, { where, pinned, unpacking = [] }) {
      const hash = createHash("sha256");
      const pin = pinned === undefined ? undefined : hasherOf(pinned);
      let size = 0;
      const measure = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          size += chunk.length;
          if (size > largest) return done(tooLarge(where, largest));
          hash.update(chunk);
          pin?.update(chunk);
          done(null, chunk);
        },
      });
      let path: string;
      try {
        made ??= own();
        path = join(await made, randomUUID());
        await pipeline([
          Readable.from(content),
          ...unpacking,
          measure,
          createWriteStream(path, { flags: "wx", mode: 0o600 }),
        ]);
      } catch (error) {
        throw asTransferError(error, where, folder);
      }
      const found = pin?.digest("hex");
      if (pinned !== undefined && found !== encoded(pinned)) throw differs(where, pinned, found ?? "");
      return { digest: `sha256:${hash.digest("hex")}`, size, open: () => createReadStream(path) };
    },

    async close() {
      const folders = await made?.catch(() => undefined);
      if (folders !== undefined) await rm(folders, { recursive: true, force: true });
    },
  };
}

function asTransferError(error: unknown, where: string, folder: string): unknown {
  if (errorCode(error)?.startsWith("Z_")) {
    return new TransferError("ARTIFACT_UNAVAILABLE", `${where}: the server sends an invalid gzip encoding`, {
      where,
      remedy: "Ask the operators of the server; this is a fault of its configuration.",
      cause: error,
    });
  }
  // Failures of the source were named where they happened.
  const isFileSystem = typeof (error as { syscall?: unknown } | null)?.syscall === "string";
  if (!isFileSystem) return error;
  return new TransferError("OUTPUT_UNWRITABLE", `${where} cannot be kept in ${folder}: ${errorMessage(error)}`, {
    where: folder,
    remedy: "See that the folder for temporary files can be written and has room.",
    cause: error,
  });
}

export function tooLarge(where: string, largest: number): TransferError {
  return new TransferError("RESPONSE_TOO_LARGE", `${where} has more than ${largest} bytes`, {
    where,
    remedy: "Leave it by reference, or make it a local blob at its origin.",
  });
}

function differs(where: string, pinned: Digest, found: string): TransferError {
  return new TransferError("ARTIFACT_DIGEST_DIFFERS", `${where} has the digest ${found}, not ${encoded(pinned)}`, {
    where,
    remedy:
      "Its content was exchanged after the component version, or the index of the chart repository, was made. Make a new version, or restore it.",
  });
}
