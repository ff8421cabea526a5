import type { InputName } from "./defaults.ts";
import { type InputReader, invalidInput } from "./input-reader.ts";

/** `host[:port]` or `.suffix[:port]`, in lower case. */
export function readHostPatterns(input: InputReader, name: InputName): readonly string[] {
  return input.lines(name).map((line) => {
    refuseTopLevelDomain(name, line);
    if (/^\.?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?::\d{1,5})?$|^\[[0-9a-fA-F:]+\](?::\d{1,5})?$/.test(line))
      return line.toLowerCase();
    throw invalidInput(
      name,
      line,
      "Use host, host:port, .suffix or .suffix:port, one per line; no pattern matches every host.",
    );
  });
}

/** Registries on lines of their own, or with whitespace or commas between them. */
export function readRegistries(input: InputReader, name: InputName): readonly string[] {
  const registries = input.lines(name).flatMap((line) => line.split(/[\s,]+/).filter(Boolean));
  for (const registry of registries) refuseTopLevelDomain(name, registry);
  return registries;
}

/** `.com` would match a large part of the internet. */
function refuseTopLevelDomain(name: InputName, pattern: string): void {
  if (!/^\.[^.]+$/.test(pattern)) return;
  throw invalidInput(
    name,
    pattern,
    "It matches a complete top-level domain. Write a longer suffix, such as .corp.example, or single hosts.",
  );
}
