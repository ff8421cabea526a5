import type { Runner } from "../../src/report/runner.ts";

export interface RecordingRunner extends Runner {
  readonly lines: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
}

/** A runner that keeps what it receives. */
export function createRecordingRunner(temp = "/nowhere"): RecordingRunner {
  const lines: string[] = [];
  const outputs: Record<string, string> = {};
  return {
    temp,
    workspace: "/nowhere/workspace",
    lines,
    outputs,
    mask: (secret) => lines.push(`mask ${secret}`),
    info: (line) => lines.push(line),
    warning: (message, title) => lines.push(`warning ${title}: ${message}`),
    error: (message, title) => lines.push(`error ${title}: ${message}`),
    startGroup: (title) => lines.push(`group ${title}`),
    endGroup: () => lines.push("end"),
    output(name, value) {
      outputs[name] = value;
    },
    exportVariable: (name, value) => lines.push(`export ${name}=${value}`),
    summary: async () => {},
    summaryBytes: async () => 0,
  };
}
