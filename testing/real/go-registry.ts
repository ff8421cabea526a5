import { pathOf } from "./part-path.ts";
import { startProgram } from "./program.ts";

/** Registries in memory: of go-containerregistry without the referrers API, of cuelabs.dev/go/oci with it. */
export type GoRegistryKind = "crane" | "ocimem";

export interface GoRegistry {
  /** `http://ADDRESS:PORT` */
  readonly origin: string;
  /** `ADDRESS:PORT` */
  readonly host: string;
  stop(): Promise<void>;
}

const ADDRESS = "127.0.0.1";

/** Starts an empty registry, on a free port that it chooses and prints itself. */
export async function startGoRegistry(kind: GoRegistryKind): Promise<GoRegistry> {
  const args = kind === "crane" ? ["registry", "serve", "--address", `${ADDRESS}:0`] : [ADDRESS];
  const portIn = (output: string) => /serving on port (\d+)/.exec(output)?.[1];
  const { output, stop } = await startProgram({
    command: pathOf(kind),
    args,
    ready: async (printed) => portIn(printed) !== undefined,
  });
  const host = `${ADDRESS}:${portIn(output())}`;
  return { origin: `http://${host}`, host, stop };
}
