import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ActionOptions, type ActionResult, runAction } from "../../testing/real/action.ts";

/** A name that may be said aloud, and that no output may lose. */
export const USER = "ocm";

/** Stands in every canary: whatever part of one comes out is recognised by it. */
const CORE = "qZ7Canary";

const canary = (role: string) => `${CORE}${role}"\\/+ä!(x) %41`;

export const PROXY_PASSWORD: string = canary("Proxy");
export const REGISTRY_PASSWORD: string = canary("Registry");
/** What is no login of the run, and was written where none belongs. */
export const STRAY_PASSWORD: string = `${CORE}Stray!(x)`;
export const TOKEN: string = `${CORE}Token.0123456789_-~`;
export const IDENTITY_TOKEN: string = `${CORE}Identity.0123456789`;

/** In place of the identity token, by the token server. */
export const RENEWED_TOKEN: string = `${CORE}Renewed.0123456789`;
/** Of a login that may be in any place, a shell script too. */
export const SOURCE_PASSWORD: string = `${CORE}Source!(x)+/`;

const CANARIES = {
  RENEWED_TOKEN,
  SOURCE_PASSWORD,
  PROXY_PASSWORD,
  REGISTRY_PASSWORD,
  STRAY_PASSWORD,
  TOKEN,
  IDENTITY_TOKEN,
};

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** What a proxy setting has to be written as. */
export function strictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The eight encodings in which a password gets about. */
export function encodings(secret: string): Readonly<Record<string, string>> {
  return {
    raw: secret,
    percent: encodeURIComponent(secret),
    "percent in lower case": encodeURIComponent(secret).replace(/%../g, (octet) => octet.toLowerCase()),
    "strict percent": strictly(secret),
    base64: base64(secret),
    "base64 of user:password": base64(`${USER}:${secret}`),
    "base64 without padding": base64(`${USER}:${secret}`).replace(/=+$/, ""),
    "JSON-escaped": JSON.stringify(secret).slice(1, -1),
    hex: Buffer.from(secret).toString("hex"),
  };
}

/** The letters of a text that its base64 has for certain, at each of the three places where it may begin. */
function insideBase64(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = base64("\0".repeat(before) + text);
    return encoded.slice(before === 0 ? 0 : before + 1, Math.floor(((before + text.length) * 8) / 6));
  });
}

interface Needle {
  readonly name: string;
  readonly text: string;
}

const NEEDLES: readonly Needle[] = [
  ...Object.entries(CANARIES).flatMap(([name, secret]) =>
    Object.entries(encodings(secret)).map(([how, text]) => ({ name: `${name}, ${how}`, text })),
  ),
  { name: "a part of one", text: CORE },
  ...insideBase64(CORE).map((text) => ({ name: "a part of one, base64", text })),
  { name: "a part of one, hex", text: Buffer.from(CORE).toString("hex") },
];

export interface Leak {
  readonly where: string;
  readonly what: string;
  readonly excerpt: string;
}

/** Each place once where a canary can be seen, with the first way in which it can. */
export function leaksIn(places: Readonly<Record<string, string>>): Leak[] {
  return Object.entries(places).flatMap(([where, text]) => {
    const found = NEEDLES.find((needle) => text.toLowerCase().includes(needle.text.toLowerCase()));
    if (found === undefined) return [];
    const at = text.toLowerCase().indexOf(found.text.toLowerCase());
    return [{ where, what: found.name, excerpt: text.slice(Math.max(0, at - 60), at + 60) }];
  });
}

export interface Watched extends ActionResult {
  /** Everything that somebody who is not the runner gets to see. */
  readonly places: Readonly<Record<string, string>>;
  /** How often the action's own command line was read. */
  readonly commandLines: number;
}

/** Runs the bundle and keeps all that could be seen of it: log, files, command lines of everything it runs as. */
export async function runWatched(options: ActionOptions): Promise<Watched> {
  const seen = new Set<string>();
  let commandLines = 0;
  const watch = setInterval(() => {
    for (const line of commandLinesBelow(process.pid)) {
      seen.add(line);
      if (line.includes("index.js")) commandLines += 1;
    }
  }, 20);
  try {
    const result = await runAction(options);
    const log = result.stdout.split("\n").filter((line) => !line.startsWith("::add-mask::"));
    const outputs = Object.entries(result.outputs).map(([name, value]) => [`output ${name}`, value]);
    const files = [result.runnerTemp, result.workspace].flatMap((folder) => filesBelow(folder));
    const places = {
      ...Object.fromEntries(log.map((line, index) => [`log, line ${index + 1}`, line])),
      "standard error": result.stderr,
      ...Object.fromEntries(outputs),
      summary: result.summary,
      annotations: JSON.stringify(result.annotations),
      report: JSON.stringify(result.report ?? {}),
      "command lines": [...seen].join("\n"),
      ...Object.fromEntries(files.map((path) => [`file ${path}`, readFileSync(path, "utf8")])),
    };
    return { ...result, places, commandLines };
  } finally {
    clearInterval(watch);
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Linux tells the children of each thread; elsewhere nothing is seen. */
function commandLinesBelow(process: number): string[] {
  const tasks = `/proc/${process}/task`;
  if (!existsSync(tasks)) return [];
  try {
    const children = readdirSync(tasks).flatMap((task) =>
      readFileSync(join(tasks, task, "children"), "utf8")
        .split(" ")
        .filter(Boolean),
    );
    return children.flatMap((child) => [
      readFileSync(`/proc/${child}/cmdline`, "utf8").replaceAll("\0", " "),
      ...commandLinesBelow(Number(child)),
    ]);
  } catch {
    // A process that ends while it is looked at.
    return [];
  }
}
