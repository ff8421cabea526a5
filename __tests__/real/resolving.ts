import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { uniqueAddress } from "./address.ts";
import { temporaryFolder } from "./fixtures.ts";
import { type Ignorance, startEmptyNameServer } from "./name-server.ts";
import { pathOf } from "./parts.ts";

/** A `node` whose machine has this name server and no other: for `runAction`, with the part `unshare`. */
export async function nodeWithNameServer(says: Ignorance): Promise<string> {
  const folder = temporaryFolder();
  const address = uniqueAddress();
  await startEmptyNameServer(address, says);
  const configuration = join(folder, "resolv.conf");
  writeFileSync(configuration, `nameserver ${address}\noptions timeout:30 attempts:1\n`);
  const script = join(folder, "node");
  const mounted = `mount --bind ${configuration} "$(readlink -f /etc/resolv.conf)" && exec ${process.execPath} "$@"`;
  writeFileSync(script, `#!/bin/sh\nexec ${pathOf("unshare")} --mount sh -c '${mounted}' node "$@"\n`, { mode: 0o755 });
  return script;
}
