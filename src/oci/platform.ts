/** A platform (image-spec, image-index.md, `platform`), with empty text for what is not set. Normalised as Go's clients do. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
  /** The version of the operating system: the build of Windows. */
  readonly version: string;
}

const SYNTAX = /^([a-z0-9_-]+)\/([a-z0-9_-]+)(?:\/([a-z0-9_-]+))?(?:,osver=([0-9a-z._-]+))?$/i;

/** Reads `os/arch[/variant][,osver=VERSION]`, the spelling of regclient. Undefined for any other text. */
export function parsePlatform(text: string): Platform | undefined {
  const found = SYNTAX.exec(text);
  if (found === null) return undefined;
  const [, os = "", architecture = "", variant = "", version = ""] = found;
  return normalised({ os, architecture, variant, version });
}

/** The platform of an entry of an index, or of an image by its config, which has the same members. */
export function platformOf(document: Readonly<Record<string, unknown>>): Platform {
  const text = (member: string) => (typeof document[member] === "string" ? document[member] : "");
  const [os, architecture, variant, version] = ["os", "architecture", "variant", "os.version"].map(text);
  return normalised({ os: os ?? "", architecture: architecture ?? "", variant: variant ?? "", version: version ?? "" });
}

export function describePlatform({ os, architecture, variant, version }: Platform): string {
  const path = [os, architecture, variant].filter((part) => part !== "").join("/");
  return version === "" ? path : `${path},osver=${version}`;
}

/**
 * The image that a machine of this platform runs best, or undefined; as regclient chooses, but never one of another operating
 * system. A variant includes the lower ones. A build of Windows has to be the same in its first three numbers; the highest is the best.
 */
export function bestImage<T extends { readonly platform: Platform }>(
  wanted: Platform,
  images: readonly T[],
): T | undefined {
  let best: T | undefined;
  for (const image of images) {
    if (!isCompatible(wanted, image.platform)) continue;
    if (best === undefined || isBetter(wanted, image.platform, best.platform)) best = image;
  }
  return best;
}

function isCompatible(wanted: Platform, found: Platform): boolean {
  if (wanted.os !== found.os || wanted.architecture !== found.architecture) return false;
  const [most, level] = [variantLevel(wanted.variant), variantLevel(found.variant)];
  // The first variant of an architecture is often left out.
  const isVariant = most >= level || (wanted.variant === "" && level === 1);
  return isVariant && (wanted.version === "" || build(wanted.version) === build(found.version));
}

function isBetter(wanted: Platform, found: Platform, than: Platform): boolean {
  if (found.variant !== than.variant) {
    if (found.variant === wanted.variant || than.variant === wanted.variant) return found.variant === wanted.variant;
    return variantLevel(found.variant) > variantLevel(than.variant);
  }
  if (found.version === than.version || than.version === wanted.version) return false;
  return found.version === wanted.version || isHigher(found.version, than.version);
}

function variantLevel(variant: string): number {
  return Number(/^v?(\d+)$/.exec(variant)?.[1] ?? 0);
}

function build(version: string): string {
  return version.split(".").slice(0, 3).join(".");
}

function isHigher(version: string, than: string): boolean {
  const [ours, theirs] = [version, than].map((text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0));
  const at = (ours ?? []).findIndex((number, index) => number !== (theirs?.[index] ?? 0));
  return at !== -1 && (ours?.[at] ?? 0) > (theirs?.[at] ?? 0);
}

const ARCHITECTURES: ReadonlyMap<string, readonly [architecture: string, variant?: string]> = new Map([
  ["i386", ["386", ""]],
  ["x86_64", ["amd64"]],
  ["x86-64", ["amd64"]],
  ["aarch64", ["arm64"]],
  ["armhf", ["arm", "v7"]],
  ["armel", ["arm", "v6"]],
]);

/** Variants that an architecture has when none is set. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ["amd64", "v1"],
  ["arm64", "v8"],
]);

function normalised(platform: Platform): Platform {
  const os = platform.os.toLowerCase();
  const spelled = platform.architecture.toLowerCase();
  const [architecture, own] = ARCHITECTURES.get(spelled) ?? [spelled];
  const given = (own ?? platform.variant).toLowerCase();
  const variant = /^\d+$/.test(given) && architecture.startsWith("arm") ? `v${given}` : given;
  return { ...platform, os: os === "macos" ? "darwin" : os, architecture, variant: withDefault(architecture, variant) };
}

function withDefault(architecture: string, variant: string): string {
  if (architecture === "arm") return variant === "" ? "v7" : variant;
  return variant === DEFAULTS.get(architecture) ? "" : variant;
}
