import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../real/fixtures.ts";

export interface HelperProgram {
  /** Folder for the PATH. */
  readonly folder: string;
  /** What it was started with, once for each start. */
  calls(): readonly HelperCall[];
}

export interface HelperCall {
  readonly args: string;
  readonly server: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
}

/**
 * A credential helper in shell, which notes how it was started before it runs `script` with `$server` set. `cat` and `env` are named by
 * their paths: the PATH may hold nothing but the helper.
 */
export function helperProgram(name: string, script: string, folder = join(temporaryFolder(), "bin")): HelperProgram {
  const notes = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `docker-credential-${name}`);
  const note = `note="${notes}/$$"\nserver=$(/bin/cat)\n/usr/bin/env -0 > "$note.env"\nprintf '%s' "$*" > "$note.args"\nprintf '%s' "$server" > "$note.server"\npwd > "$note.folder"\necho $$ >> "${notes}/calls"\n`;
  writeFileSync(path, `#!/bin/sh\n${note}${script}\n`);
  chmodSync(path, 0o755);
  return {
    folder,
    calls: () =>
      (existsSync(join(notes, "calls")) ? readFileSync(join(notes, "calls"), "utf8").trim().split("\n") : []).map(
        (pid) => {
          const read = (part: string) => readFileSync(join(notes, `${pid}.${part}`), "utf8");
          const variables = read("env")
            .split("\0")
            .filter((line) => line !== "");
          return {
            args: read("args"),
            server: read("server"),
            environment: Object.fromEntries(
              variables.map((line) => [line.split("=", 1)[0], line.replace(/^[^=]*=/, "")]),
            ),
            folder: read("folder").trim(),
          };
        },
      ),
  };
}

/** The script of a helper that knows one login for every server. */
export function answering(username: string, secret: string): string {
  return `printf '{"ServerURL":"%s","Username":"${username}","Secret":"${secret}"}' "$server"`;
}
