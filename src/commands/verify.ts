import { throwAll } from "../errors/transfer-error.ts";
import { describeElement } from "../ocm/descriptor/component-descriptor.ts";
import type { ComponentVersion } from "../ocm/repository/component-version.ts";
import { formatBytes } from "../report/progress.ts";
import { pinsIn } from "../transfer/pins/pins.ts";
import type { ResolvedVersion } from "../transfer/source/resolve-elements.ts";
import { isSelected } from "../transfer/source/selector.ts";
import { type Checked, checkContent } from "../transfer/verify/check-content.ts";
import { trustOf } from "../transfer/verify/trust.ts";
import { uncheckedContent, uncheckedSignatures, whyUnchecked } from "../transfer/verify/unchecked.ts";
import { describeAsItIs } from "./describe.ts";
import { gatherWithPreflight } from "./preflight.ts";
import type { Run } from "./run.ts";
import { readTrustedKeys } from "./trusted-keys.ts";

/** Whether component versions are what was signed: signatures, digests of references, and those of all content, read anew. */
export async function verify(run: Run): Promise<void> {
  const { inputs, runner, results, signal } = run;
  const keys = await readTrustedKeys(inputs.signatures);
  const gathered = await gatherWithPreflight(run);
  const versions = gathered.versions.map(selectedOf);
  const { errors, rootsOf } = trustOf({ ...gathered, versions }, keys);
  throwAll(errors);

  const onDone = (version: ComponentVersion, items: readonly Checked[]) => {
    runner.startGroup(`${version.descriptor.name}:${version.descriptor.version}`);
    const digestsOf = pinsIn(version.descriptor, rootsOf(version.descriptor));
    for (const { item, size, isRead } of items) {
      const unchecked = whyUnchecked(item, digestsOf(item.element));
      const verdict = unchecked ?? (isRead ? "is what its digest says" : "is not looked at");
      runner.info(`${describeElement(item.element)}: ${size === 0 ? "" : `${formatBytes(size)}; `}${verdict}`);
    }
    runner.endGroup();
  };
  const { concurrency, retries } = inputs;
  throwAll(await checkContent(versions, { concurrency, attempts: retries, onDone }, signal));
  const findings = [
    ...uncheckedSignatures(keys),
    ...uncheckedContent(versions, { isSigned: keys.length > 0, rootsOf }),
  ];
  results.findings.push(...findings);
  for (const { code, message } of findings) runner.info(`${code}: ${message}`);
  results.componentVersions = versions.map(({ version }) => describeAsItIs(version));

  function selectedOf(surveyed: ResolvedVersion): ResolvedVersion {
    const { name } = surveyed.version.descriptor;
    return {
      ...surveyed,
      items: surveyed.items.map((item) =>
        isSelected(item.element, name, inputs)
          ? item
          : { kind: "byReference", element: item.element, reason: "is not selected", isOnRequest: true },
      ),
    };
  }
}
