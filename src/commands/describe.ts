import type { Store } from "../oci/store.ts";
import type { ComponentRepository, ComponentVersion } from "../ocm/repository/component-version.ts";
import { componentDigest } from "../ocm/signing/normalise.ts";
import { keyFingerprint } from "../ocm/signing/public-key.ts";
import { certificateIn } from "../ocm/signing/signature.ts";
import type { ComponentVersionResult, SignatureResult } from "../report/results.ts";
import type { Change } from "../transfer/target/change.ts";
import { keyOf } from "../transfer/target/inspect.ts";
import type { Plan, Step } from "../transfer/target/plan.ts";
import type { VerifiedSignature } from "../transfer/verify/trust.ts";

/** A component version for outputs and summary. */
function describeComponentVersion(
  { descriptor }: ComponentVersion,
  repository: string,
  state: ComponentVersionResult["state"],
  changes: readonly Pick<Change, "element" | "before" | "after">[],
): ComponentVersionResult {
  return {
    component: descriptor.name,
    version: descriptor.version,
    repository,
    digest: `sha256:${componentDigest(descriptor)}`,
    signatures: descriptor.signatures,
    state,
    resources: changes.map(({ element: { kind, name, version, type }, before, after }) => ({
      kind,
      name,
      version,
      type,
      before,
      after,
    })),
  };
}

/** Signatures that verify, for the report. A certificate is named only where it is for the key that verifies. */
export function describeSignatures(verified: readonly VerifiedSignature[]): SignatureResult[] {
  return verified.map(({ descriptor: { name: component, version }, signature, key }) => {
    const { name, algorithm, digest } = signature;
    const { hashAlgorithm, normalisationAlgorithm } = digest;
    const certificate = certificateIn(signature);
    return {
      component,
      version,
      name,
      algorithm,
      hashAlgorithm,
      normalisationAlgorithm,
      "key-fingerprint": keyFingerprint(key),
      ...(certificate?.publicKey.equals(key)
        ? { "certificate-subject": certificate.subject.replaceAll("\n", ", ") }
        : {}),
    };
  });
}

/** A component version that was only read. */
export function describeAsItIs(version: ComponentVersion): ComponentVersionResult {
  const { descriptor, from, repository } = version;
  const asTheyAre = descriptor.elements.map((element) => ({ element, before: element.access, after: element.access }));
  return describeComponentVersion(version, `${from.registry.name}/${repository.name}`, "unchanged", asTheyAre);
}

/** The component versions of a plan, before it is carried out, or after. */
export function describePlanned(
  { desired, tags, steps }: Plan,
  { registry }: ComponentRepository<Store>,
  state: "planned" | "written",
): ComponentVersionResult[] {
  const kinds = new Map(tags.flat().map((tagging) => [`${tagging.repository}:${tagging.tag}`, tagging.kind]));
  // A referrer that is left each time does not complete anything.
  const isDone = ({ kind }: Step) => kind !== "skip" && kind !== "left";
  const moved = new Set(steps.filter(isDone).map(({ placement }) => keyOf(placement)));
  return desired.map(({ version, repository, componentTag, changes, placements }) => {
    const isTagged = kinds.get(`${repository}:${componentTag.tag}`) === "skip";
    const isComplete = !placements.some((placement) => moved.has(keyOf(placement)));
    const reached = !isTagged || state === "planned" ? state : "completed";
    const place = `${registry.name}/${repository}`;
    return describeComponentVersion(version, place, isTagged && isComplete ? "unchanged" : reached, changes);
  });
}
