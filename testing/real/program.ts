import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { remember } from "./running.ts";

export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing of the test's own, above all no proxy settings, leaks in. */
  readonly env?: Readonly<Record<string, string>>;
  /** Asked again and again, with what was printed so far, until it says true; a rejection counts as "not yet". */
  readonly ready: (output: string) => Promise<boolean>;
  /** Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
}

export interface Program {
  readonly output: () => string;
  stop(): Promise<void>;
}

const READY_WITHIN = 20_000;
const STOPPED_WITHIN = 5_000;

/** Starts a daemon in the foreground and waits until it serves; if it never does, the error holds what it printed. */
export async function startProgram({
  command,
  args,
  env = {},
  ready,
  stopSignal = "SIGTERM",
}: ProgramOptions): Promise<Program> {
  const child = spawn(command, args, {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let ended: string | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<void>((resolve) => {
    const end = (how: string) => {
      ended ??= how;
      resolve();
    };
    child.once("error", (error) => end(error.message));
    child.once("close", (code, signal) => end(`exit ${signal ?? code}`));
  });
  const killWithParent = () => child.kill("SIGKILL");
  process.once("exit", killWithParent);

  const stop = remember(async () => {
    process.off("exit", killWithParent);
    if (ended !== undefined) return;
    child.kill(stopSignal);
    const patience = setTimeout(() => child.kill("SIGKILL"), STOPPED_WITHIN);
    await exited;
    clearTimeout(patience);
  });

  const deadline = Date.now() + READY_WITHIN;
  const isReady = () => Promise.race([ready(output).catch(() => false), exited.then(() => false)]);
  while (!(await isReady())) {
    if (ended !== undefined || Date.now() > deadline) {
      const reason = ended ?? `not ready within ${READY_WITHIN / 1000} s`;
      await stop();
      throw new Error(`${command} ${args.join(" ")}: ${reason}\n${output.trimEnd()}`);
    }
    await sleep(20);
  }
  return { output: () => output, stop };
}

/** Starts on a free port, and once more on another where somebody else was quicker. */
export async function onFreePort<T>(pick: () => Promise<number>, start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await pick());
    } catch (error) {
      const taken = /address already in use|EADDRINUSE/i.test(String((error as { message?: unknown }).message));
      if (!taken || attempt === 5) throw error;
    }
  }
}
