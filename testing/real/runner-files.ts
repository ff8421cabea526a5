/**
 * What the runner reads back from the files and the standard output of a step. The grammar of the files is its
 * FileCommandManager's: `NAME=VALUE`, or `NAME<<DELIMITER`, lines, `DELIMITER`.
 */
export function parseKeyValueFile(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  let rest = text;
  const nextLine = (): { readonly line: string; readonly ending: string } | undefined => {
    const match = rest.match(/^([^\r\n]*)(\r\n|\n|\r|$)/);
    if (rest === "" || match === null) return undefined;
    rest = rest.slice(match[0].length);
    return { line: match[1] ?? "", ending: match[2] ?? "" };
  };
  for (let read = nextLine(); read !== undefined; read = nextLine()) {
    const { line } = read;
    if (line === "") continue;
    const [equals, heredoc] = [line.indexOf("="), line.indexOf("<<")];
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      values[named(line.slice(0, equals), line)] = line.slice(equals + 1);
    } else if (heredoc >= 0) {
      const name = named(line.slice(0, heredoc), line);
      const delimiter = line.slice(heredoc + 2);
      if (delimiter === "") throw new Error(`Invalid format '${line}'. Name and delimiter must not be empty`);
      values[name] = readUntil(delimiter);
    } else {
      throw new Error(`Invalid format '${line}'`);
    }
  }
  return values;

  function readUntil(delimiter: string): string {
    let value = "";
    let ending = "";
    for (let read = nextLine(); read !== undefined; read = nextLine()) {
      if (read.line === delimiter) return value;
      value += ending + read.line;
      ending = read.ending;
    }
    throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
  }
}

function named(name: string, line: string): string {
  if (name === "") throw new Error(`Invalid format '${line}'. Name must not be empty`);
  return name;
}

export interface WorkflowCommand {
  readonly command: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** The `::command key=value,…::message` lines of a step's standard output, unescaped as the runner does. */
export function parseWorkflowCommands(stdout: string): readonly WorkflowCommand[] {
  return [...stdout.matchAll(/^\s*::([a-z-]+)(?: ([^\r\n]*?))?::([^\r\n]*)\r?$/gm)].map(
    ([, command = "", properties = "", message = ""]) => ({
      command,
      properties: Object.fromEntries(
        properties
          .split(",")
          .filter((property) => property.includes("="))
          .map((property) => {
            const at = property.indexOf("=");
            return [property.slice(0, at).trim(), unescapeProperty(property.slice(at + 1))];
          }),
      ),
      message: unescapeMessage(message),
    }),
  );
}

function unescapeMessage(text: string): string {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}

function unescapeProperty(text: string): string {
  return unescapeMessage(text.replaceAll("%3A", ":").replaceAll("%2C", ","));
}
