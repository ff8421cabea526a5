import { TransferError } from "../../../errors/transfer-error.ts";
import { hostOf } from "../../../net/address/host.ts";
import { isRecord } from "../../../oci/descriptor.ts";
import { canonicalHost } from "../../../oci/host.ts";

/** Who asks. `identityToken` is exchanged for access tokens instead of user name and password (docker's `identitytoken`). */
export interface Credential {
  readonly username: string;
  readonly password: string;
  readonly identityToken?: string;
  /** Where it was read, for messages: `input credentials`, `~/.docker/config.json`. */
  readonly from: string;
}

/** A credential for a host, or for the repositories below a path of it. */
export interface CredentialEntry {
  readonly host: string;
  /** Without slashes at its ends; empty for the whole host. */
  readonly path: string;
  /** `host[:port]` of a token host: the credential is for it alone, where `host` asks for tokens there. */
  readonly tokenHost?: string;
  readonly credential: Credential;
}

/**
 * The credential for exactly this host (port included) and the longest path that the repository lies below. Earlier entries win
 * among equals: the order of the list is the order of precedence.
 */
export function credentialFor(
  entries: readonly CredentialEntry[],
  host: string,
  repository: string,
): Credential | undefined {
  return mostSpecific(
    entries.filter(({ tokenHost }) => tokenHost === undefined),
    host,
    repository,
  );
}

/** The credential that the user bound to the host of a realm, for tokens of this registry and repository. */
export function boundCredential(
  entries: readonly CredentialEntry[],
  realm: URL,
  host: string,
  repository: string,
): Credential | undefined {
  const isRealm = ({ tokenHost }: CredentialEntry) => tokenHost === realm.host || tokenHost === hostOf(realm);
  return mostSpecific(entries.filter(isRealm), host, repository);
}

function mostSpecific(entries: readonly CredentialEntry[], host: string, repository: string): Credential | undefined {
  const matching = entries.filter(
    (entry) =>
      entry.host === canonicalHost(host) &&
      (entry.path === "" || repository === entry.path || repository.startsWith(`${entry.path}/`)),
  );
  return matching.sort((one, other) => other.path.length - one.path.length)[0]?.credential;
}

const LINE = /^(?:https?:\/\/)?(?:([^=/\s@]+)@(?:https?:\/\/)?)?([^=/\s@]+)(\/[^=\s@]*)?=([^:]+):(.*)$/s;

/**
 * `host[/path]=user:password` or `token-host@registry[/path]=user:password`, one per line; a scheme that was copied along says nothing.
 * The line itself is never repeated in an error: it holds a password.
 */
export function parseCredentialLines(lines: readonly string[]): CredentialEntry[] {
  return lines.map((line, index) => {
    const from = `input credentials, line ${index + 1}`;
    const match = LINE.exec(line);
    if (match === null) {
      throw new TransferError(
        "INPUT_INVALID",
        `${from} is neither host[/path]=user:password nor token-host@registry[/path]=user:password`,
        {
          where: from,
          remedy:
            "Write one line per registry, for example ghcr.io/acme=robot:PASSWORD, with the password from a secret.",
        },
      );
    }
    const [, tokenHost, host = "", path = "", username = "", password = ""] = match;
    const bound = tokenHost === undefined ? {} : { tokenHost: tokenHost.toLowerCase() };
    return { host: canonicalHost(host), path: trimSlashes(path), ...bound, credential: { username, password, from } };
  });
}

/** `auths` of a docker or containers `config.json` (docker/cli, config/configfile; containers-auth.json(5)). */
export function parseDockerConfig(text: string, file: string): CredentialEntry[] {
  const malformed = (why: string) =>
    new TransferError("CREDENTIALS_MALFORMED", `${file}: ${why}`, {
      where: file,
      remedy: "Write the file anew with docker login, or name another one in registry-config.",
    });
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    throw malformed("this is no JSON");
  }
  if (!isRecord(config)) throw malformed("this is no JSON object");
  const auths = config.auths ?? {};
  if (!isRecord(auths)) throw malformed('"auths" is no object');
  return Object.entries(auths).flatMap(([key, value]) => {
    const credential = isRecord(value) ? dockerCredential(value, file) : undefined;
    // Docker leaves an empty one where a credential store holds the password.
    if (isRecord(value) && (value.auth ?? "") !== "" && credential === undefined) {
      throw malformed(`"auth" of ${key} is not base64 of user:password`);
    }
    return credential === undefined ? [] : [{ ...dockerKey(key), credential }];
  });
}

function dockerCredential(entry: Record<string, unknown>, from: string): Credential | undefined {
  const identity =
    typeof entry.identitytoken === "string" && entry.identitytoken !== "" ? entry.identitytoken : undefined;
  const more = { from, ...(identity === undefined ? {} : { identityToken: identity }) };
  if (typeof entry.auth === "string" && entry.auth !== "") {
    const decoded = Buffer.from(entry.auth, "base64").toString("utf8");
    const colon = decoded.indexOf(":");
    if (colon < 0) return undefined;
    return {
      username: decoded.slice(0, colon),
      password: decoded.slice(colon + 1).replace(/(?<!\0)\0+$/, ""),
      ...more,
    };
  }
  if (typeof entry.username === "string" && typeof entry.password === "string") {
    return { username: entry.username, password: entry.password, ...more };
  }
  return identity === undefined ? undefined : { username: "", password: "", ...more };
}

/** Docker writes hosts bare, as URLs, and with `/v1/` or `/v2/` behind; podman writes namespaces behind the host. */
function dockerKey(key: string): { host: string; path: string } {
  const [host = "", ...path] = key.replace(/^https?:\/\//, "").split("/");
  const namespace = trimSlashes(path.join("/"));
  return { host: canonicalHost(host), path: /^v[12]$/.test(namespace) ? "" : namespace };
}

function trimSlashes(text: string): string {
  return text.replace(/^\/+|(?<!\/)\/+$/g, "");
}
