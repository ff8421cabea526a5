import { finished, Readable } from "node:stream";
import { bodyError, drain } from "./body.ts";
import type { HttpResponse } from "./http.ts";
import { continuesAt, refusesRange } from "./range.ts";
import { isDamaged, isRetryable, isRetryableStatus } from "./retryable.ts";
import { countRepetition, mayRepeat, withinThisWork } from "./work.ts";

export interface Download {
  /** Bytes of the complete content. */
  readonly size: number;
  readonly attempts: number;
  /**
   * Requests the content with these headers, from the first URL on: a signed URL that the first request was redirected to may have expired.
   */
  readonly request: (headers: Readonly<Record<string, string>>) => Promise<HttpResponse>;
  /** Throws unless the response is the complete content. */
  readonly accept: (response: HttpResponse) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** Content can be resumed so often without loss of an attempt: each time, this part of it has to have arrived. */
const MAX_FREE_RESUMPTIONS = 64;
const MIN_PROGRESS_BYTES = 65_536;

/**
 * The content as one stream, whichever number of connections it takes: where one breaks, the next continues at the same byte. `first` is
 * the response to a request for all of it.
 */
export function resuming(first: HttpResponse, download: Download): Readable {
  const { size, attempts, signal } = download;
  const here = withinThisWork();
  const progress = Math.max(MIN_PROGRESS_BYTES, size / MAX_FREE_RESUMPTIONS);
  let current = first;
  let offset = 0;
  let resumedAt = 0;

  const content = new Readable({
    highWaterMark: 256 * 1024,
    read: () => void current.body.resume(),
    destroy(error, done) {
      current.body.on("error", () => {}).destroy();
      done(error);
    },
  });

  /** Passes a body on, but for its first `known` bytes. */
  function pass(response: HttpResponse, known: number): void {
    current = response;
    let left = known;
    const { body } = response;
    body.on("data", (chunk: Buffer) => {
      const rest = left >= chunk.length ? undefined : chunk.subarray(left);
      left = Math.max(0, left - chunk.length);
      if (rest === undefined) return;
      offset += rest.length;
      if (!content.push(rest)) body.pause();
    });
    finished(body, { writable: false }, (error) => {
      if (content.destroyed) return;
      const isCutRange = !error && response.status === 206 && offset < size;
      if (offset === size || !(error || isCutRange)) return void content.push(null);
      const failure = bodyError(response, error ?? rangeEnded());
      here(() => resume(failure)).catch((final) => content.destroy(final));
    });
  }

  async function resume(failure: unknown): Promise<void> {
    if (signal?.aborted || !(isRetryable(failure) || isDamaged(failure))) throw failure;
    const isFree = offset - resumedAt >= progress;
    if (!(await mayRepeat(attempts, { isFree, signal }))) throw failure;
    if (content.destroyed) return;
    resumedAt = offset;
    const [response, known] = await requestFrom(offset, download);
    if (content.destroyed) response.body.on("error", () => {}).destroy();
    else pass(response, known);
  }

  pass(first, 0);
  return content;
}

/** A response that contains the content from `offset` on, and the number of its bytes before. */
async function requestFrom(offset: number, { size, request, accept }: Download): Promise<[HttpResponse, number]> {
  if (offset > 0) {
    const response = await request({ range: `bytes=${offset}-` });
    if (response.status === 206 && continuesAt(response.headers["content-range"], offset, size)) return [response, 0];
    if (response.status !== 206 && !refusesRange(response.status)) {
      await accept(response);
      return [response, offset];
    }
    if (response.status === 206) response.body.on("error", () => {}).destroy();
    else await drain(response);
    if (isRetryableStatus(response.status)) countRepetition();
  }
  const response = await request({});
  await accept(response);
  return [response, offset];
}

/** A range may be shorter than requested (RFC 9110, 15.3.7). */
function rangeEnded(): Error {
  return Object.assign(new Error("the range ended early"), { code: "ECONNRESET" });
}
