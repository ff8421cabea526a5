import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "@jest/globals";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";

export interface Checkout {
  /** Around both of the others. */
  readonly folder: string;
  readonly workspace: string;
  /** A folder of the runner, beside the checkout, that a commit has no business with. */
  readonly home: string;
  /** Puts a link into the checkout, as a commit can. */
  link(name: string, target: string): void;
  put(name: string, text: string): void;
  run(inputs: Readonly<Record<string, string>>, env?: Readonly<Record<string, string>>): Promise<ActionResult>;
  /** The run ends with PATH_LEADS_OUT, and every file of the home is what it was. */
  expectRefused(attack: () => Promise<ActionResult>): Promise<ActionResult>;
  contentOf(path: string): Readonly<Record<string, string>>;
}

/** A workspace in which a commit can have put links, and a home that they may lead to. */
export function createCheckout(): Checkout {
  const folder = temporaryFolder();
  const [workspace, home] = [join(folder, "workspace"), join(folder, "home-of-the-runner")];
  for (const made of [workspace, home]) mkdirSync(made);
  writeFileSync(join(home, "authorized_keys"), "ssh-ed25519 mine\n");

  function place(name: string): string {
    const path = join(workspace, name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  function contentOf(path: string): Record<string, string> {
    const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
      files.map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), "utf8")]),
    );
  }

  return {
    folder,
    workspace,
    home,
    contentOf,
    link: (name, target) => symlinkSync(target, place(name)),
    put: (name, text) => writeFileSync(place(name), text),
    run: (inputs, env = {}) => runAction({ cwd: workspace, inputs: { "preflight-mode": "off", ...inputs }, env }),
    async expectRefused(attack) {
      const before = contentOf(home);
      const result = await attack();
      expect(contentOf(home)).toEqual(before);
      expect(result.annotations.map(({ title }) => title)).toContain("PATH_LEADS_OUT");
      expect(result.code).toBe(1);
      return result;
    },
  };
}
