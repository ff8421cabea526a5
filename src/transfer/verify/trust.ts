import type { KeyObject } from "node:crypto";
import { TransferError } from "../../errors/transfer-error.ts";
import type { ComponentDescriptor } from "../../ocm/descriptor/component-descriptor.ts";
import { inContextOf } from "../../ocm/signing/nested-digests.ts";
import { checkReferenceDigests, pinnedBy } from "../../ocm/signing/reference-digest.ts";
import { type Signature, verifySignature } from "../../ocm/signing/signature.ts";
import { printable } from "../../text/redact.ts";
import { isNesting } from "../pins/pins.ts";
import type { Gathered } from "../source/gather.ts";

/** A signature that has to be there, and the key that it has to be made with. */
export interface TrustedKey {
  readonly name: string;
  readonly key: KeyObject;
}

export interface Tree {
  /** The component versions that the user named: each is signed, or pinned by another one that is. */
  readonly named: readonly ComponentDescriptor[];
  /** All of them; what is referred to is trusted by the digests of references. */
  readonly all: readonly ComponentDescriptor[];
}

/** A signature of a component version, and the key that verifies it. */
export interface VerifiedSignature {
  readonly descriptor: ComponentDescriptor;
  readonly signature: Signature;
  readonly key: KeyObject;
}

export interface Trust {
  /** Signatures and references that do not hold. */
  readonly errors: readonly unknown[];
  /** Signatures that verify. */
  readonly verified: readonly VerifiedSignature[];
  /** The roots, signed in mode `top`, whose digests count for a component version. */
  readonly rootsOf: (descriptor: ComponentDescriptor) => readonly ComponentDescriptor[];
}

/** The same of component versions that were gathered; with keys, content that cannot be compared with its digest is an error, too. */
export function trustOf({ named, versions }: Omit<Gathered, "errors">, keys: readonly TrustedKey[]): Trust {
  const all = versions.map(({ version }) => version.descriptor);
  const trust = judgeTree({ named: named.map(({ descriptor }) => descriptor), all }, keys);
  const verdicts = versions.flatMap(({ items }) =>
    items.flatMap((item) => (item.kind === "byReference" ? [] : item.verdict)),
  );
  const incomparable = keys.length === 0 ? [] : verdicts.filter((verdict) => verdict.kind === "incomparable");
  return { ...trust, errors: [...trust.errors, ...incomparable.map(({ error }) => error)] };
}

/**
 * Follows the digests of references down from what is signed. Fails where a signature does not verify, where a reference leads to
 * another component version than it pins, and where nothing pins what a reference leads to.
 */
export function judgeTree({ named, all }: Tree, keys: readonly TrustedKey[]): Trust {
  const references = errorsOf([() => checkReferenceDigests(all)]);
  if (keys.length === 0) return { errors: references, verified: [], rootsOf: () => all.filter(isNesting) };
  const trusted = createTrusted(all);
  const verified: VerifiedSignature[] = [];
  const tried = new Set<ComponentDescriptor>();
  const trySignatures = (descriptor: ComponentDescriptor) => {
    const { errors, valid, nests } = signaturesOn(descriptor, keys);
    verified.push(...valid);
    if (errors.length === 0) trusted.add({ descriptor, root: descriptor, nests });
    tried.add(descriptor);
    return { descriptor, errors };
  };
  const unsigned = named.map(trySignatures).filter(({ descriptor }) => !trusted.has(descriptor));
  if (unsigned.length > 0) {
    const errors = [...unsigned.flatMap(({ errors }) => errors), ...references];
    return { errors, verified, rootsOf: trusted.rootsOf };
  }
  // A component version that nothing pins may be signed itself, and pins others then.
  const untried = () => trusted.unpinned().filter(({ child }) => !tried.has(child));
  for (let [next] = untried(); next !== undefined; [next] = untried()) trySignatures(next.child);
  const errors = [...references, ...trusted.unpinned().map(({ error }) => error)];
  return { errors, verified, rootsOf: trusted.rootsOf };
}

function signaturesOn(descriptor: ComponentDescriptor, keys: readonly TrustedKey[]) {
  const valid: VerifiedSignature[] = [];
  const errors = errorsOf(
    keys.map((trusted) => () => {
      valid.push({ descriptor, signature: verifySignature(descriptor, trusted), key: trusted.key });
    }),
  );
  return {
    errors,
    valid,
    nests: valid.some(({ signature }) => coversNestedDigests(signature.digest.normalisationAlgorithm)),
  };
}

/** The normalisation of the second generation knows no `nestedDigests`: anybody may have written them. */
function coversNestedDigests(normalisationAlgorithm: string): boolean {
  return normalisationAlgorithm !== "jsonNormalisation/v4alpha1";
}

/** A component version that is what was signed, `root` being the one whose nested digests hold for it, if it `nests`. */
interface Trusted {
  readonly descriptor: ComponentDescriptor;
  readonly root: ComponentDescriptor;
  readonly nests: boolean;
}

interface Unpinned {
  readonly child: ComponentDescriptor;
  readonly error: TransferError;
}

function createTrusted(all: readonly ComponentDescriptor[]) {
  const byId = new Map(all.map((descriptor) => [idOf(descriptor), descriptor]));
  const roots = new Map<ComponentDescriptor, Set<ComponentDescriptor>>();
  const seen = new Set<string>();
  const unpinned: Unpinned[] = [];

  /** The component versions that its references pin; the others are remembered. */
  function pinnedChildren({ descriptor, root, nests }: Trusted): Trusted[] {
    const own = pinnedBy(descriptor);
    const nested = nests ? pinnedBy(inContextOf(root, descriptor)) : [];
    return descriptor.references.flatMap(({ name, componentName, version }, index) => {
      const child = byId.get(`${componentName}:${version}`);
      if (child === undefined) return [];
      const pin = own[index] ?? nested[index];
      if (pin === undefined) {
        unpinned.push({ child, error: unpinnedReference(name, descriptor, child) });
        return [];
      }
      const nestsToo = coversNestedDigests(pin.normalisationAlgorithm);
      return [{ descriptor: child, root: own[index] === undefined ? root : child, nests: nestsToo }];
    });
  }

  function add(first: Trusted): void {
    const left = [first];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { descriptor, root, nests } = next;
      const key = `${idOf(descriptor)} ${idOf(root)} ${nests}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const known = roots.get(descriptor) ?? new Set();
      roots.set(descriptor, nests ? known.add(root) : known);
      left.push(...pinnedChildren(next));
    }
  }

  return {
    add,
    has: (descriptor: ComponentDescriptor) => roots.has(descriptor),
    unpinned: () => unpinned.filter(({ child }) => !roots.has(child)),
    rootsOf: (descriptor: ComponentDescriptor) => [...(roots.get(descriptor) ?? [])].filter(isNesting),
  };
}

function unpinnedReference(name: string, parent: ComponentDescriptor, child: ComponentDescriptor): TransferError {
  return new TransferError(
    "REFERENCE_UNPINNED",
    `reference ${printable(name, 80)} of ${idOf(parent)} has no digest of ${idOf(child)}, which is not signed either`,
    {
      where: idOf(parent),
      remedy:
        "Sign the component version again with all that it refers to (v1: --recursive), which adds the digest, or set recursive: false.",
    },
  );
}

function idOf({ name, version }: ComponentDescriptor): string {
  return `${name}:${version}`;
}

function errorsOf(checks: readonly (() => void)[]): unknown[] {
  return checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      return [error];
    }
  });
}
