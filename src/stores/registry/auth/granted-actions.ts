import type { Hop } from "../../../net/hop.ts";
import { isRecord } from "../../../oci/descriptor.ts";

/** The rights of a token: `push`, `pull`, … by repository. */
export type GrantedActions = ReadonlyMap<string, ReadonlySet<string>>;

export interface Grant {
  readonly actions: GrantedActions;
  /** Who asked for the token. */
  readonly hop: Hop;
  /** The host that granted it, where it got no credentials since the registry is not known to use it. */
  readonly foreignHost: string | undefined;
  /** The `service` of the challenge (distribution, spec/auth/token.md), by which some products are recognised. */
  readonly service: string | undefined;
}

/**
 * The rights that a token host granted: from `scope` of its answer (RFC 6749, 5.1), or from the `access` claim of the
 * token (distribution, spec/auth/jwt.md). Undefined where neither is there: most tokens are opaque, and the registry alone decides.
 */
export function grantedActions(token: string, scope: unknown): GrantedActions | undefined {
  const claims = accessClaims(token);
  if (claims !== undefined) return claims;
  return typeof scope === "string" ? unlessEmpty(fromScope(scope)) : undefined;
}

/** A claim without any repository is about something else. */
function unlessEmpty(granted: GrantedActions): GrantedActions | undefined {
  return granted.size === 0 ? undefined : granted;
}

function fromScope(scope: string): GrantedActions {
  const granted = new Map<string, ReadonlySet<string>>();
  for (const one of scope.split(" ")) {
    const [, repository, actions] = /^repository(?:\([^)]*\))?:(.+):([^:]*)$/.exec(one) ?? [];
    if (repository !== undefined) granted.set(repository, new Set(actions?.split(",")));
  }
  return granted;
}

/** The claims are not trusted: they only show earlier what the registry would refuse later. */
function accessClaims(token: string): GrantedActions | undefined {
  const [, payload] = token.split(".");
  if (payload === undefined) return undefined;
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  if (!isRecord(claims) || !Array.isArray(claims.access)) return undefined;
  const granted = new Map(
    claims.access.filter(isRecord).flatMap(({ type, name, actions }) => {
      if (type !== "repository" || typeof name !== "string" || !Array.isArray(actions)) return [];
      return [[name, new Set(actions.filter((action) => typeof action === "string"))] as const];
    }),
  );
  return claims.access.length === 0 ? granted : unlessEmpty(granted);
}
