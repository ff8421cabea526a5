import type { Finding } from "../../errors/finding.ts";
import { drain } from "../../net/body.ts";
import type { PushProof } from "../../oci/store.ts";
import { printable } from "../../text/redact.ts";
import type { Grant } from "./auth/granted-actions.ts";
import { bindingRemedy } from "./auth/realm.ts";
import { RegistryError, registryError } from "./error.ts";
import { createsByUpload } from "./known/creation.ts";
import type { ManifestContext } from "./manifests.ts";
import { tryUpload } from "./upload.ts";

/** The upload that proved the right to push, once for each registry. */
export interface PushProofs {
  upload?: Promise<readonly Finding[]>;
}

/**
 * Proves the right to push to a repository: by the rights that its token names; where it names none, by an upload that is begun and
 * cancelled, or at least by a login that the registry accepts. Fails with PUSH_DENIED, UNAUTHORIZED, TOKEN_HOST_FOREIGN, or as a push would.
 */
export async function checkPushRight(
  registry: string,
  context: ManifestContext & { readonly proofs: PushProofs },
  proof: PushProof,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const { client, scopes, proofs } = context;
  const granted = await client.granted(scopes, signal);
  if (granted !== undefined) {
    checkGrant(registry, context, granted);
    return [];
  }
  // A registry without logins decides by other means, which only the push itself can show.
  if (!client.wantsLogin()) return [];
  if (proof === "upload" && !createsByUpload(registry)) {
    proofs.upload ??= proveByUpload(registry, context, signal);
    return proofs.upload;
  }
  await proveLogin(context, signal);
  return [];
}

function checkGrant(
  registry: string,
  { name, where }: ManifestContext,
  { actions: all, hop, foreignHost }: Grant,
): void {
  const actions = all.get(name);
  // A token with rights for other repositories only may know this one by another name.
  if (actions === undefined && all.size > 0) return;
  if (actions?.has("push") || actions?.has("*")) return;
  const allows = actions === undefined || actions.size === 0 ? "nothing" : [...actions].join(", ");
  throw new RegistryError(
    foreignHost === undefined ? "PUSH_DENIED" : "TOKEN_HOST_FOREIGN",
    `the token that was granted for ${where} allows ${printable(allows, 80)}, and not push`,
    {
      hop,
      status: 403,
      registryCodes: [],
      remedy: foreignHost === undefined ? undefined : bindingRemedy(registry, foreignHost),
    },
  );
}

async function proveByUpload(registry: string, context: ManifestContext, signal?: AbortSignal): Promise<Finding[]> {
  const { base, client, scopes, where } = context;
  const what = `beginning an upload to ${where}, to prove the right to push`;
  if (await tryUpload({ base, client, scopes, what }, signal)) return [];
  return [
    {
      code: "UPLOAD_LEFT",
      message: `${printable(registry, 200)} did not cancel the empty upload that proved the right to push to ${printable(where, 200)}.`,
      remedy: "The registry removes it later by itself; with probe-push: token none is begun.",
    },
  ];
}

/** The response to a login says nothing of a repository: it proves only that the registry lets this run in. */
async function proveLogin({ client, scopes, base, where }: ManifestContext, signal?: AbortSignal): Promise<void> {
  const response = await client.request({ method: "GET", url: `${new URL(base).origin}/v2/` }, scopes, signal);
  if (response.status === 401 || response.status === 403) {
    throw await registryError(response, `logging in to push to ${where}`, { of: "push" });
  }
  await drain(response);
}
