import type { Side } from "../errors/transfer-error.ts";

/** The purpose of a request. `registry` is the `host:port` of the registry concerned, `role` its role. */
export type Purpose =
  | { readonly kind: "registry"; readonly role: RegistryRole }
  | { readonly kind: "token"; readonly registry: string; readonly role: RegistryRole }
  | { readonly kind: "blobs"; readonly registry: string; readonly role: RegistryRole }
  | { readonly kind: "uploads"; readonly registry: string; readonly role: RegistryRole }
  | { readonly kind: "chart-repository" }
  /** The content of a resource or source that a component descriptor describes. */
  | { readonly kind: "content"; readonly access: "helm" | "wget"; readonly element: string };

/** The role of a registry in a run; `artifacts` is one that only component descriptors name. */
export type RegistryRole = "source" | "target" | "source and target" | "artifacts";

/** The text of the field `needed-for`: `source registry`, `token for ghcr.io`, `blobs of ghcr.io:443`, … */
export function describePurpose(purpose: Purpose): string {
  switch (purpose.kind) {
    case "registry":
      return purpose.role === "artifacts" ? "artifacts" : `${purpose.role} registry`;
    case "token":
      return `token for ${purpose.registry}`;
    case "blobs":
      return `blobs of ${purpose.registry}`;
    case "uploads":
      return `uploads to ${purpose.registry}`;
    case "chart-repository":
      return "chart repository";
    case "content":
      return `${purpose.access} ${purpose.element}`;
  }
}

/** The side of a transfer that a request concerns; undefined where its registry is on both. */
export function sideOf(purpose: Purpose): Side | undefined {
  switch (purpose.kind) {
    case "chart-repository":
    case "content":
      return "source";
    default:
      return SIDES[purpose.role];
  }
}

const SIDES = { source: "source", target: "target", artifacts: "source", "source and target": undefined } as const;
