import { realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { uniqueAddress } from "./address.ts";
import { temporaryFolder } from "./fixtures.ts";
import { type Ignorance, startEmptyNameServer } from "./name-server.ts";
import { pathOf } from "./parts.ts";

/** A `node` whose machine has this name server and no other: for `runAction`, with the parts `unshare` and `perl`. */
export async function nodeWithNameServer(says: Ignorance): Promise<string> {
  const folder = temporaryFolder();
  const address = uniqueAddress();
  await startEmptyNameServer(address, says);
  const configuration = join(folder, "resolv.conf");
  // A question to the C library cannot be taken back: the process ends when its resolver gives up, however early we did.
  writeFileSync(configuration, `nameserver ${address}\noptions timeout:3 attempts:1\n`);
  const script = join(folder, "node");
  // A shell would drop variables with hyphens in their names, which inputs of an action are.
  const mounting = 'system("mount", "--bind", shift, shift) == 0 or die; exec @ARGV';
  const words = [pathOf("unshare"), "--mount", pathOf("perl"), "-e", mounting, configuration, realpathSync(SYSTEMS)];
  const program = `exec(${[...words, process.execPath].map((word) => `'${word}'`).join(", ")}, @ARGV)`;
  writeFileSync(script, `#!${pathOf("perl")}\n${program};\n`, { mode: 0o755 });
  return script;
}

const SYSTEMS = "/etc/resolv.conf";
