/** `bytes 0-499/1234`; the length may be unknown (RFC 9110, 14.4). */
const CONTENT_RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/;

/**
 * Whether a 206 continues content of `size` bytes at `offset`. Anything but one valid range that begins there would put bytes into wrong
 * places: servers and caches between answer with other ranges, or with several.
 */
export function continuesAt(contentRange: string | undefined, offset: number, size: number): boolean {
  const [, first, last, length] = CONTENT_RANGE.exec(contentRange ?? "") ?? [];
  if (first === undefined || last === undefined) return false;
  const isWithin = Number(first) === offset && Number(last) >= offset && Number(last) < size;
  return isWithin && (length === "*" || Number(length) === size);
}

/** Refusals of a Range by hosts that serve the same content without one: not every gateway supports Range, or allows its header. */
const RANGE_REFUSALS = new Set([400, 403, 412, 416, 500, 501]);

export function refusesRange(status: number): boolean {
  return RANGE_REFUSALS.has(status);
}

/** `0-499`, also with the unit: the bytes of an upload that a registry has (distribution-spec, "Pushing a blob in chunks"). */
const UPLOADED = /^(?:bytes[ =])?0-(\d{1,15})$/;

/**
 * The number of bytes that the header proves, or undefined where it is missing or invalid. `0-0` is what registries answer before the
 * first byte (opencontainers/distribution-spec#580), and never the end of a chunk, which has more than one.
 */
export function uploadedBytes(range: string | undefined): number | undefined {
  const last = UPLOADED.exec(range ?? "")?.[1];
  if (last === undefined) return undefined;
  return last === "0" ? 0 : Number(last) + 1;
}
