import { TransferError } from "../errors/transfer-error.ts";
import { type Login, registryPattern } from "./login.ts";

const LINE = /^(?:https?:\/\/)?(?:([^=/\s@]+)@(?:https?:\/\/)?)?([^=/\s@]+)(\/[^=\s@]*)?=([^:]+):(.*)$/s;

/**
 * `host[/path]=user:password` or `token-host@registry[/path]=user:password`, one per line; a scheme that was copied along says nothing.
 * The line itself is never repeated in an error: it holds a password. Throws INPUT_INVALID.
 */
export function parseCredentialLines(lines: readonly string[]): Login[] {
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
    return { ...registryPattern(host, path), ...bound, credential: { username, password, from } };
  });
}
