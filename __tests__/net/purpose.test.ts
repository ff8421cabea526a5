import { expect, test } from "@jest/globals";
import { describePurpose, type Purpose, sideOf } from "../../src/net/purpose.ts";

test.each<[string, Purpose]>([
  ["source registry", { kind: "registry", role: "source" }],
  ["target registry", { kind: "registry", role: "target" }],
  ["source and target registry", { kind: "registry", role: "source and target" }],
  ["artifacts", { kind: "registry", role: "artifacts" }],
  ["token for ghcr.io", { kind: "token", registry: "ghcr.io", role: "source" }],
  ["blobs of ghcr.io:443", { kind: "blobs", registry: "ghcr.io:443", role: "source" }],
  ["uploads to registry.corp:443", { kind: "uploads", registry: "registry.corp:443", role: "target" }],
  ["chart repository", { kind: "chart-repository" }],
  ["wget resource notes", { kind: "content", access: "wget", element: "resource notes" }],
])("the field needed-for reads: %s", (text, purpose) => {
  expect(describePurpose(purpose)).toBe(text);
});

test.each<[ReturnType<typeof sideOf>, Purpose]>([
  ["source", { kind: "registry", role: "artifacts" }],
  ["source", { kind: "blobs", registry: "ghcr.io:443", role: "source" }],
  ["source", { kind: "chart-repository" }],
  ["target", { kind: "token", registry: "registry.corp:443", role: "target" }],
  ["target", { kind: "uploads", registry: "registry.corp:443", role: "target" }],
  [undefined, { kind: "registry", role: "source and target" }],
])("a request concerns the side %s by its purpose: %j", (side, purpose) => {
  expect(sideOf(purpose)).toBe(side);
});
