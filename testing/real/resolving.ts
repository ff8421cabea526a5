import { realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { uniqueAddress } from "./address.ts";
import { temporaryFolder } from "./fixtures.ts";
import { type Ignorance, startEmptyNameServer, startNameServer } from "./name-server.ts";
import { pathOf } from "./part-path.ts";

/** A `node` whose machine has this name server and no other: for `runAction`, with the parts `unshare` and `perl`. */
export async function nodeWithNameServer(says: Ignorance | ((nth: number) => readonly string[])): Promise<string> {
  const address = uniqueAddress();
  await (typeof says === "function" ? startNameServer(address, says) : startEmptyNameServer(address, says));
  // A question to the C library cannot be taken back: the process ends when its resolver gives up, however early we did.
  return nodeWithFile("/etc/resolv.conf", `nameserver ${address}\noptions timeout:3 attempts:1\n`);
}

/** A `node` whose machine knows where these names lead: for `runAction`, with the parts `unshare` and `perl`. */
export function nodeWithHosts(addresses: Readonly<Record<string, string | readonly string[]>>): string {
  const lines = Object.entries(addresses).flatMap(([name, given]) => [given].flat().map((each) => `${each} ${name}\n`));
  return nodeWithFile("/etc/hosts", lines.join(""));
}

function nodeWithFile(file: string, content: string): string {
  const folder = temporaryFolder();
  const script = join(folder, "node");
  const own = join(folder, "file");
  writeFileSync(own, content, { mode: 0o644 });
  // A shell would drop variables with hyphens in their names, which inputs of an action are.
  const mounting = 'system("mount", "--bind", shift, shift) == 0 or die; exec @ARGV';
  const words = [pathOf("unshare"), "--mount", pathOf("perl"), "-e", mounting, own, realpathSync(file)];
  const program = `exec(${[...words, process.execPath].map((word) => `'${word}'`).join(", ")}, @ARGV)`;
  writeFileSync(script, `#!${pathOf("perl")}\n${program};\n`, { mode: 0o755 });
  return script;
}
