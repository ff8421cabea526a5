import { printable } from "../../text/redact.ts";
import { isJsonObject, type JsonObject } from "../descriptor/json.ts";
import type { OtherAccess } from "./access.ts";

interface KnownType {
  readonly what: string;
  /** The member with the location. */
  readonly at?: string;
}

/** Access types of both OCM CLIs that are left by reference, in lower case and without version. */
const KNOWN: Readonly<Record<string, KnownType>> = {
  npm: { what: "npm package", at: "registry" },
  maven: { what: "Maven artifact", at: "repoUrl" },
  github: { what: "commit on GitHub", at: "repoUrl" },
  git: { what: "Git repository", at: "repository" },
  s3: { what: "object in S3", at: "bucket" },
  s3bucket: { what: "object in S3", at: "bucketName" },
  helm: { what: "Helm chart", at: "helmRepository" },
  wget: { what: "file", at: "url" },
  ociblob: { what: "blob in a registry", at: "ref" },
  ociimagelayer: { what: "blob in a registry", at: "ref" },
  ocm: { what: "resource of another component version", at: "ocmRepository" },
  localfilesystemblob: { what: "file of a component archive", at: "fileName" },
  none: { what: "access to nothing" },
};

/** Type and location of an access that cannot be followed, for messages. */
export function otherAccess(type: string, access: JsonObject): OtherAccess {
  const known = KNOWN[type.replace(/\/v\d+(?:(?:alpha|beta)\d+)?$/, "").toLowerCase()];
  if (known === undefined) return { kind: "other", type };
  const at = known.at === undefined ? undefined : placeOf(access[known.at]);
  return { kind: "other", type, what: known.what, ...(at === undefined ? {} : { at }) };
}

/** The host of a URL, with its port if it has one; any other text unchanged. */
function placeOf(value: unknown): string | undefined {
  if (isJsonObject(value)) return placeOf(value.baseUrl ?? value.filePath);
  if (typeof value !== "string" || value === "") return undefined;
  const host = URL.parse(value)?.host ?? "";
  return printable(host === "" ? (hostIn(value) ?? value) : host, 120);
}

/** The host in `git@host:path` or `host/path`. */
function hostIn(text: string): string | undefined {
  const host = /^(?:[^@/]+@)?([^/:]+)[/:]/.exec(text)?.[1];
  return host !== undefined && /.\../s.test(host) ? host : undefined;
}

/** An access that stays by reference, for messages: `npm package at npm.corp.example`. */
export function describeOther({ type, what, at }: OtherAccess): string {
  if (what === undefined) return `access type ${printable(type, 80)}`;
  return at === undefined ? what : `${what} at ${at}`;
}
