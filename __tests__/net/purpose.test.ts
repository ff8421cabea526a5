import { expect, test } from "@jest/globals";
import { describePurpose, type Purpose } from "../../src/net/purpose.ts";

test.each<[string, Purpose]>([
  ["source registry", { kind: "registry", role: "source" }],
  ["target registry", { kind: "registry", role: "target" }],
  ["source and target registry", { kind: "registry", role: "source and target" }],
  ["artifacts", { kind: "registry", role: "artifacts" }],
  ["token for ghcr.io", { kind: "token", registry: "ghcr.io" }],
  ["blobs of ghcr.io:443", { kind: "blobs", registry: "ghcr.io:443" }],
  ["uploads to registry.corp:443", { kind: "uploads", registry: "registry.corp:443" }],
  ["chart repository", { kind: "chart-repository" }],
  ["wget resource notes", { kind: "content", access: "wget", element: "resource notes" }],
])("the field needed-for reads: %s", (text, purpose) => {
  expect(describePurpose(purpose)).toBe(text);
});
