import type { Finding } from "../../../errors/finding.ts";
import { drain } from "../../../net/body.ts";
import type { PushProof } from "../../../oci/store.ts";
import { printable } from "../../../text/redact.ts";
import type { Grant } from "../auth/granted-actions.ts";
import { bindingRemedy } from "../auth/realm.ts";
import { areForReading } from "../auth/scope.ts";
import { RegistryError, registryError } from "../error.ts";
import { createsByUpload, creationOf, requiresRepositories } from "../known/creation.ts";
import type { ManifestContext } from "../manifests.ts";
import { deniedRemedy } from "../remedies.ts";
import { tryUpload } from "../uploads/session.ts";

/** The upload that proved the right to push, once for each registry. */
export interface PushProofs {
  upload?: Promise<readonly Finding[]>;
}

/**
 * Proves the right to push to a repository: by the rights that its token names; where it names none, by an upload that is begun and
 * cancelled, or at least by a login that the registry accepts, and by the repository where that must exist. Fails with PUSH_DENIED,
 * UNAUTHORIZED, TOKEN_HOST_FOREIGN, REPOSITORY_UNKNOWN, or as a push would.
 */
export async function checkPushRight(
  registry: string,
  context: ManifestContext & { readonly proofs: PushProofs },
  proof: PushProof,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const { client, scopes, proofs } = context;
  // In a dry run at a registry whose tokens create repositories, no right to push is requested.
  if (areForReading(scopes)) return [];
  const granted = await client.granted(scopes, signal);
  if (granted !== undefined) {
    const refused = refusedGrant(registry, context, granted);
    if (refused !== undefined) throw (await missingRepository(registry, context, granted, signal)) ?? refused;
    return [];
  }
  // A registry without logins decides by other means, which only the push itself can show.
  if (!client.wantsLogin()) return [];
  if (proof === "upload" && !createsByUpload(registry) && !requiresRepositories(registry)) {
    proofs.upload ??= proveByUpload(registry, context, signal);
    return proofs.upload;
  }
  await proveLogin(context, signal);
  const unknown = requiresRepositories(registry) ? await unknownRepository(context, undefined, signal) : undefined;
  if (unknown !== undefined) throw unknown;
  return [];
}

/** The error of a token without the right to push; undefined where it has that right, or is about other repositories. */
function refusedGrant(
  registry: string,
  { name, where }: ManifestContext,
  { actions: all, hop, foreignHost, service }: Grant,
): RegistryError | undefined {
  const actions = all.get(name);
  // A token with rights for other repositories only may know this one by another name.
  if (actions === undefined && all.size > 0) return undefined;
  if (actions?.has("push") || actions?.has("*")) return undefined;
  const isForeign = foreignHost !== undefined;
  return new RegistryError(
    isForeign ? "TOKEN_HOST_FOREIGN" : "PUSH_DENIED",
    `the token that was granted for ${where} allows ${printable([...(actions ?? [])].join(", ") || "nothing", 80)}, and not push`,
    {
      hop,
      status: 403,
      registryCodes: [],
      remedy: isForeign ? bindingRemedy(registry, foreignHost) : deniedRemedy(creationOf(registry, name, service)),
    },
  );
}

/** Where a token allows nothing, the repository, or the project above it, may be missing: the registry itself may say so. */
async function missingRepository(
  registry: string,
  context: ManifestContext,
  { actions, foreignHost, service }: Grant,
  signal?: AbortSignal,
): Promise<RegistryError | undefined> {
  if (foreignHost !== undefined || (actions.get(context.name)?.size ?? 0) > 0) return undefined;
  const remedy = creationOf(registry, context.name, service);
  // The token may be refused here too, which shows nothing more.
  return unknownRepository(context, remedy, signal).catch(() => undefined);
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

/** The error of a repository that the registry reports as unknown; other refusals, such as of the right to read, show nothing. */
async function unknownRepository(
  { client, scopes, base, where }: ManifestContext,
  remedy: string | undefined,
  signal?: AbortSignal,
): Promise<RegistryError | undefined> {
  const response = await client.request({ method: "GET", url: `${base}tags/list?n=1` }, scopes, signal);
  if (response.status < 400) {
    await drain(response);
    return undefined;
  }
  const given = remedy === undefined ? {} : { remedy };
  const error = await registryError(response, `looking for the repository ${where}`, { of: "push", ...given });
  return error.code === "REPOSITORY_UNKNOWN" ? error : undefined;
}
