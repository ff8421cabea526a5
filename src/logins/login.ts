import { hostOf } from "../net/address/host.ts";
import { canonicalHost } from "../oci/host.ts";
import type { Consumer, Credential, LoginRequest } from "../stores/registry/auth/credentials.ts";
import { matchesPath } from "./path-glob.ts";

/** What a login is for. */
export interface LoginPattern {
  readonly consumer: Consumer;
  /** Host name in lower case, Docker Hub as `docker.io`; `*` for every host. */
  readonly host: string;
  /** Empty for the default port of the scheme, `*` for every port. */
  readonly port: string;
  readonly scheme?: "http" | "https";
  /** Without slashes at its ends; empty for the whole host. The login is for this path and everything below it. */
  readonly path: string;
  /** Whether `path` is a pattern of Go's `path.Match`. */
  readonly isGlob?: boolean;
  /** `host[:port]` of a token host: the login is for it alone, where the registry asks for tokens there. */
  readonly tokenHost?: string;
}

/** A login as it was given, or the name of the program that holds it. */
export type Login = LoginPattern & ({ readonly credential: Credential } | { readonly helper: string });

/** Whether a token can stand in a header; those of real services can (RFC 6750, section 2.1). */
export function isHeaderToken(token: string): boolean {
  return /^[\x21-\x7e]*$/.test(token);
}

/** A registry with an optional path, as docker, podman and people write it: `host[:port][/path]`. */
export function registryPattern(host: string, path = ""): LoginPattern {
  return { consumer: "registry", ...splitHost(host), path: trimSlashes(path) };
}

/** Host name and port apart. The port stays empty where none is written. */
export function splitHost(text: string): { readonly host: string; readonly port: string } {
  const [, name = "", port = ""] = /^(.*?)(?::(\d+))?$/s.exec(text) ?? [];
  return { host: canonicalHost(name), port };
}

/**
 * The logins that apply, the one to use first: a named host before `*`, with port before without, then the longest path. Among equals
 * the order of the list stays.
 */
export function matchingLogins(logins: readonly Login[], asked: LoginRequest): readonly Login[] {
  return logins
    .filter((login) => login.tokenHost === undefined && isFor(login, asked))
    .toSorted((one, other) => compare(specificity(one), specificity(other)));
}

/** The logins that the user bound to the host of a realm, for tokens of a registry and repository. */
export function boundLogins(logins: readonly Login[], realm: URL, asked: LoginRequest): readonly Login[] {
  return logins
    .filter(({ tokenHost }) => tokenHost === realm.host || tokenHost === hostOf(realm))
    .filter((login) => isFor(login, asked))
    .toSorted((one, other) => compare(specificity(one), specificity(other)));
}

function isFor(pattern: LoginPattern, { consumer, host, scheme, path }: LoginRequest): boolean {
  if (pattern.consumer !== consumer) return false;
  if (pattern.scheme !== undefined && pattern.scheme !== scheme) return false;
  const to = splitHost(host);
  if (pattern.host !== "*" && pattern.host !== to.host) return false;
  const standard = scheme === "https" ? "443" : "80";
  if (pattern.port !== "*" && (pattern.port || standard) !== (to.port || standard)) return false;
  return pattern.isGlob === true ? isBelowGlob(path, pattern.path) : isBelow(path, pattern.path);
}

function isBelow(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** OCM v2 compares a glob with the path of a repository of component versions, which is the beginning of every path in it. */
function isBelowGlob(path: string, glob: string): boolean {
  const segments = path.split("/");
  return segments.some((_, index) => matchesPath(segments.slice(0, index + 1).join("/"), glob));
}

function specificity({ host, port, path }: LoginPattern): readonly number[] {
  return [host === "*" ? 0 : 1, port === "" || port === "*" ? 0 : 1, path.length];
}

/** The more specific one first. */
function compare(one: readonly number[], other: readonly number[]): number {
  return one.map((value, index) => (other[index] ?? 0) - value).find((difference) => difference !== 0) ?? 0;
}

export function trimSlashes(text: string): string {
  return text.replace(/^\/+|(?<!\/)\/+$/g, "");
}

/** `host[:port][/path]`, as messages name what a login is for. */
export function describePattern({ host, port, path, tokenHost }: LoginPattern): string {
  const name = port === "" || port === "*" ? host : `${host}:${port}`;
  const place = path === "" ? name : `${name}/${path}`;
  return tokenHost === undefined ? place : `${tokenHost}@${place}`;
}
