import { printable } from "../../text/redact.ts";
import { bindingRemedy } from "./auth/realm.ts";
import { RegistryError } from "./error.ts";
import type { ManifestContext } from "./manifests.ts";

/** Throws PUSH_DENIED, or TOKEN_HOST_FOREIGN, where the granted token names its rights, and the right to push is not one of them. */
export async function checkPushRight(
  registry: string,
  { name, client, scopes, where }: ManifestContext,
  signal?: AbortSignal,
): Promise<void> {
  const granted = await client.granted(scopes, signal);
  const actions = granted?.actions.get(name);
  // A token with rights for other repositories only may know this one by another name.
  if (granted === undefined || (actions === undefined && granted.actions.size > 0)) return;
  if (actions?.has("push") || actions?.has("*")) return;
  const allows = actions === undefined || actions.size === 0 ? "nothing" : [...actions].join(", ");
  const { hop, foreignHost } = granted;
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
