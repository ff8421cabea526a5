import type { Finding } from "../errors/finding.ts";
import { TransferError, throwAll } from "../errors/transfer-error.ts";
import type { Reporter } from "../report/reporter.ts";
import type { Gathered } from "../transfer/source/gather.ts";
import { type TrustedKey, trustOf } from "../transfer/verify/trust.ts";
import { incomparableContent, uncheckedContent } from "../transfer/verify/unchecked.ts";
import { describeSignatures } from "./describe.ts";

/**
 * Verifies signatures before anything is written. With keys, fails unless all of them verify, and returns findings for unsigned content.
 * Without keys, a reference to another component version than it pins is a finding only: version 2 of the OCM CLI writes such trees.
 */
export function checkTrust(
  { named, versions }: Omit<Gathered, "errors">,
  keys: readonly TrustedKey[],
  reporter: Pick<Reporter, "signatures">,
): Finding[] {
  const { errors, verified, rootsOf } = trustOf({ named, versions }, keys);
  reporter.signatures(describeSignatures(verified));
  if (keys.length === 0) return [...errors.flatMap(asFinding), ...incomparableContent(versions)];
  throwAll(errors);
  return uncheckedContent(versions, { isSigned: true, rootsOf });
}

function asFinding(error: unknown): Finding[] {
  if (!(error instanceof TransferError)) throw error;
  return [{ code: error.code, message: `${error.message}.`, remedy: error.remedy ?? "" }];
}
