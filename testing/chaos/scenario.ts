import { choice } from "./chance.ts";

/** The registries of an estate: two kinds, and the two ways of authentication. */
export const REGISTRIES = ["basic", "token", "open"] as const;
export type RegistryName = (typeof REGISTRIES)[number];

/** What one run transfers, from where, to where and how. */
export interface Scenario {
  /** `signed`: the component tree that an OCM CLI signed, in a registry behind a proxy; the others hold a tree of the seed. */
  readonly source: RegistryName | "folder" | "tgz" | "signed";
  readonly target: RegistryName | "folder" | "tgz";
  /** Direct, through a proxy that forwards plain HTTP, or through tunnels of a proxy to TLS. */
  readonly route: "direct" | "proxy" | "tunnel";
  readonly access: "localBlob" | "relativeOciReference" | "ociArtifact";
}

const isRegistry = (name: string): boolean => REGISTRIES.some((registry) => registry === name);

export function scenarioOf(seed: string): Scenario {
  const source =
    choice([...REGISTRIES, ...REGISTRIES, "folder", "tgz", "signed", "signed"] as const, seed, "source") ?? "open";
  const targets = [
    ...REGISTRIES,
    ...REGISTRIES,
    ...(source === "folder" || source === "tgz" ? [] : (["folder", "tgz"] as const)),
  ];
  const target = choice(targets, seed, "target") ?? "open";
  const forms = [
    "localBlob",
    "relativeOciReference",
    ...(isRegistry(target) ? (["ociArtifact"] as const) : []),
  ] as const;
  return {
    source,
    target,
    route: source === "signed" ? "proxy" : (choice(["direct", "proxy", "tunnel"] as const, seed, "route") ?? "direct"),
    access: choice(forms, seed, "access") ?? "localBlob",
  };
}
