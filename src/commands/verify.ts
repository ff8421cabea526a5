import { throwAll } from "../errors/transfer-error.ts";
import { describeElement } from "../ocm/descriptor/component-descriptor.ts";
import type { ComponentVersion } from "../ocm/repository/component-version.ts";
import { formatBytes } from "../report/bytes.ts";
import { readTrustedKeys } from "../setup/trusted-keys.ts";
import { pinsIn } from "../transfer/pins/pins.ts";
import type { ResolvedVersion } from "../transfer/source/resolve-elements.ts";
import { isSelected } from "../transfer/source/selector.ts";
import { type Checked, checkContent } from "../transfer/verify/check-content.ts";
import { trustOf } from "../transfer/verify/trust.ts";
import { uncheckedContent, uncheckedSignatures, whyUnchecked } from "../transfer/verify/unchecked.ts";
import { describeAsItIs, describeSignatures } from "./describe.ts";
import { readSource } from "./read-source.ts";
import type { Run } from "./run.ts";

/** Verifies component versions: signatures, digests of references, and digests of all content, which is read. */
export async function verify(run: Run): Promise<void> {
  const { inputs, reporter, signal } = run;
  const keys = await readTrustedKeys(inputs.signatures);
  const gathered = await readSource(run);
  const versions = gathered.versions.map(selectedOf);
  const { errors, verified, rootsOf } = trustOf({ ...gathered, versions }, keys);
  reporter.signatures(describeSignatures(verified));
  throwAll(errors);

  const onDone = (version: ComponentVersion, items: readonly Checked[]) => {
    const digestsOf = pinsIn(version.descriptor, rootsOf(version.descriptor));
    const lines = items.map(({ item, size, isRead }) => {
      const verdict =
        whyUnchecked(item, digestsOf(item.element)) ?? (isRead ? "matches its digest" : "is not verified");
      return `${describeElement(item.element)}: ${size === 0 ? "" : `${formatBytes(size)}; `}${verdict}`;
    });
    reporter.group(`${version.descriptor.name}:${version.descriptor.version}`, lines);
  };
  const { concurrency, retries } = inputs;
  throwAll(await checkContent(versions, { concurrency, attempts: retries, onDone }, signal));
  reporter.findings([
    ...uncheckedSignatures(keys),
    ...uncheckedContent(versions, { isSigned: keys.length > 0, rootsOf }),
  ]);
  reporter.versions(versions.map(({ version }) => describeAsItIs(version)));

  function selectedOf(resolved: ResolvedVersion): ResolvedVersion {
    const { name } = resolved.version.descriptor;
    return {
      ...resolved,
      items: resolved.items.map((item) =>
        isSelected(item.element, name, inputs)
          ? item
          : { kind: "byReference", element: item.element, reason: "is not selected", isOnRequest: true },
      ),
    };
  }
}
