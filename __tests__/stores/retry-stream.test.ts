import { expect, test } from "@jest/globals";
import { TransferError } from "../../src/errors/transfer-error.ts";
import { HopError, PhaseError } from "../../src/net/hop.ts";
import { RegistryError } from "../../src/stores/registry/error.ts";
import { retryStream } from "../../src/stores/retry-stream.ts";
import { direct } from "../../testing/product/open-client.ts";

const purpose = { kind: "registry", role: "source" } as const;
const hop = { method: "GET", url: "https://ghcr.io/v2/", host: "ghcr.io:443", route: direct, purpose };
const answer = (status: number, registryCodes: readonly string[] = []) =>
  new RegistryError("REGISTRY_REFUSED", "no", { hop, status, registryCodes });
const broken = (code: string) => new HopError(hop, new PhaseError("body", "broken", { cause: { code } }));

/** How often work is done that always fails so. */
async function attemptsOf(error: unknown, attempts: number, signal = new AbortController().signal): Promise<number> {
  let done = 0;
  const work = async () => {
    done++;
    throw error;
  };
  await expect(retryStream(attempts, work, signal)).rejects.toBe(error);
  return done;
}

test.each<[string, unknown, number]>([
  ["a connection that was cut", broken("ECONNRESET"), 2],
  ["a stall", new HopError(hop, new PhaseError("body", "slow", { timedOut: true })), 2],
  ["a registry in trouble", answer(503), 2],
  ["an upload that the registry forgot", answer(404, ["BLOB_UPLOAD_UNKNOWN"]), 2],
  ["a token that expired", answer(401), 2],
  ["a refusal", answer(403), 1],
  ["something that is not there", answer(404, ["BLOB_UNKNOWN"]), 1],
  ["content that was changed", new TransferError("DIGEST_MISMATCH", "no"), 2],
  ["a certificate that nobody trusts", broken("CERT_HAS_EXPIRED"), 1],
  ["an error of the file system", Object.assign(new Error("full"), { code: "ENOSPC" }), 1],
])("%s", async (_, error, expected) => {
  expect(await attemptsOf(error, 2)).toBe(expected);
});

test("content that differs is read again until it differs in the same way twice", async () => {
  expect(await attemptsOf(new TransferError("DIGEST_MISMATCH", "no"), 6)).toBe(2);
  let attempt = 0;
  const work = () => Promise.reject(new TransferError("SIZE_MISMATCH", `${attempt++ % 3}`));
  await expect(retryStream(9, work)).rejects.toMatchObject({ message: "0" });
  expect(attempt).toBe(4);
}, 10_000);

test("a login that is refused twice is no expired token", async () => {
  expect(await attemptsOf(answer(401), 5)).toBe(2);
});

test("a token that expired after another failure is replaced", async () => {
  let attempt = 0;
  const work = async () => {
    attempt += 1;
    if (attempt < 3) throw answer(attempt === 1 ? 503 : 401);
  };
  await retryStream(5, work);
  expect(attempt).toBe(3);
});

test("work that succeeds is done once, and the last failure is told when it never does", async () => {
  const signal = new AbortController().signal;
  expect(await retryStream(3, async () => "done", signal)).toBe("done");
  let attempt = 0;
  const work = () => Promise.reject(attempt++ === 0 ? broken("EPIPE") : answer(403));
  await expect(retryStream(3, work, signal)).rejects.toMatchObject({ status: 403 });
});

test("whoever stops it gets the reason back, also while it waits", async () => {
  const controller = new AbortController();
  const reason = new Error("stopped");
  const work = async () => {
    queueMicrotask(() => controller.abort(reason));
    throw broken("ECONNRESET");
  };
  await expect(retryStream(9, work, controller.signal)).rejects.toThrow();
  expect(controller.signal.aborted).toBe(true);
  const stopped = AbortSignal.abort(reason);
  await expect(retryStream(9, () => Promise.reject(broken("ECONNRESET")), stopped)).rejects.toBe(reason);
});
