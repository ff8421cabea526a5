import { TransferError } from "../errors/transfer-error.ts";
import { isRecord } from "../oci/descriptor.ts";
import type { Credential } from "../stores/registry/auth/credentials.ts";
import { printable } from "../text/redact.ts";
import { isHeaderToken, type Login, type LoginPattern, registryPattern } from "./login.ts";

/**
 * The logins of a docker `config.json` or podman `auth.json` (docker/cli, config/configfile; containers-auth.json(5)). A helper for
 * one host goes before what is written for it, as in both; the store for all hosts comes last. Throws CREDENTIALS_MALFORMED.
 */
export function parseDockerConfig(text: string, from: string): Login[] {
  const malformed = (why: string) =>
    new TransferError("CREDENTIALS_MALFORMED", `${from}: ${why}`, {
      where: from,
      remedy: "Write the file again with docker login or podman login, or name another one in registry-config.",
    });
  if (text.trim() === "") return [];
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    throw malformed("it is not JSON");
  }
  if (config === null) return [];
  if (!isRecord(config)) throw malformed("it is not a JSON object");
  const member = (name: string): Record<string, unknown> => {
    const value = (config as Record<string, unknown>)[name] ?? {};
    if (!isRecord(value)) throw malformed(`"${name}" is not an object`);
    return value;
  };
  const helpers = Object.entries(member("credHelpers")).flatMap(([key, helper]): Login[] => {
    if (typeof helper !== "string") throw malformed(`"credHelpers" of ${printable(key, 200)} is not a name`);
    return helper === "" ? [] : [{ ...keyPattern(key), path: "", helper }];
  });
  const entries = Object.entries(member("auths")).toSorted(([one], [other]) => detour(one) - detour(other));
  const written = entries.flatMap(([key, value]): Login[] => {
    const credential = isRecord(value) ? credentialOf(value, from) : undefined;
    // Docker leaves an empty one where a credential store holds the password.
    if (isRecord(value) && (value.auth ?? "") !== "" && credential === undefined) {
      throw malformed(`"auth" of ${printable(key, 200)} is not base64 of user:password`);
    }
    if (credential !== undefined && !isHeaderToken(credential.accessToken ?? "")) {
      throw malformed(`a token of ${printable(key, 200)} has signs that no header may have`);
    }
    return credential === undefined ? [] : [{ ...keyPattern(key), credential }];
  });
  const store = config.credsStore ?? "";
  if (typeof store !== "string") throw malformed('"credsStore" is not a name');
  const everywhere = { consumer: "registry", host: "*", port: "*", path: "" } as const;
  return [...helpers, ...written, ...(store === "" ? [] : [{ ...everywhere, helper: store }])];
}

function credentialOf(entry: Record<string, unknown>, from: string): Credential | undefined {
  const identityToken = textOf(entry.identitytoken);
  const accessToken = textOf(entry.registrytoken);
  const tokens = {
    ...(identityToken === "" ? {} : { identityToken }),
    ...(accessToken === "" ? {} : { accessToken }),
    from,
  };
  if (typeof entry.auth === "string" && entry.auth !== "") {
    const decoded = Buffer.from(entry.auth, "base64").toString("utf8");
    const colon = decoded.indexOf(":");
    if (colon < 0) return undefined;
    return { username: decoded.slice(0, colon), password: withoutEnd(decoded.slice(colon + 1)), ...tokens };
  }
  if (typeof entry.username === "string" && typeof entry.password === "string") {
    return { username: entry.username, password: entry.password, ...tokens };
  }
  return identityToken === "" && accessToken === "" ? undefined : { username: "", password: "", ...tokens };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Docker once filled up with NUL; a line break comes from encoding a line with its end. */
function withoutEnd(password: string): string {
  return password.replace(/(?<![\0\r\n])[\0\r\n]+$/, "");
}

/** Docker Desktop writes its own tokens for Docker Hub below the address of the registry: they come after what stands at it. */
function detour(key: string): number {
  return /^https?:\/\/[^/]*\/(?!v[12]\/*$)./i.test(key) ? 1 : 0;
}

/**
 * A key of `auths`: a host, a URL of its API, or a namespace. Both clients look at the host of a URL alone, and docker takes a bare
 * `host/v1/` for the same; other paths are podman's namespaces.
 */
function keyPattern(key: string): LoginPattern {
  // A user before the host, which URLs can have, is no part of it, and may be a password.
  const bare = key.replace(/^https?:\/\//i, "").replace(/^[^/]*@/, "");
  const slash = bare.indexOf("/");
  const host = slash < 0 ? bare : bare.slice(0, slash);
  const path = slash < 0 ? "" : bare.slice(slash);
  return registryPattern(host, /^https?:\/\//i.test(key) || /^\/v[12]\/*$/.test(path) ? "" : path);
}
