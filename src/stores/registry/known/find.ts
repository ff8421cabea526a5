import { CLOUDS } from "./clouds.ts";
import type { KnownRegistry } from "./known-registry.ts";
import { SERVICES } from "./services.ts";

export const KNOWN: readonly KnownRegistry[] = [...SERVICES, ...CLOUDS];

/** A known registry at one host. */
export interface FoundRegistry {
  readonly known: KnownRegistry;
  readonly host: string;
  /** Replaces `{name}` by what the name has in the host, or in `more`. */
  readonly fill: (template: string, more?: Readonly<Record<string, string>>) => string;
}

/** The known registry of `host[:port]`, also with scheme and path, which remain when a reference is copied. */
export function findRegistry(registry: string): FoundRegistry | undefined {
  const host = authorityOf(registry).replace(/:\d+$/, "");
  for (const known of KNOWN) {
    const match = known.pattern.exec(host);
    if (match === null) continue;
    return {
      known,
      host,
      fill: (template, more = {}) =>
        template.replace(/\{(\w+)\}/g, (_, name: string) => more[name] ?? match.groups?.[name] ?? ""),
    };
  }
  return undefined;
}

/** `host[:port]` in lower case. */
export function authorityOf(registry: string): string {
  return registry
    .trim()
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/\/.*$/s, "")
    .toLowerCase();
}
