import type { Setting } from "../settings.ts";
import { type ConfigText, isRecord, malformed } from "./config.ts";
import { originsIn, type PathOrigin } from "./toml/origins.ts";
import { parseToml } from "./toml/strings.ts";

/** The registries with `insecure = true`, their mirrors included: containers-registries.conf(5), in both of its versions. */
export function readInsecureRegistries(file: ConfigText): readonly Setting[] {
  const parsed = parseToml(file);
  const where = originsIn(file);
  const registries = listIn(parsed.registry, ["registry"], where);
  const second = registries.flatMap((registry, index) => {
    const path = ["registry", String(index)];
    const mirrors = isRecord(registry) ? listIn(registry.mirror, [...path, "mirror"], where) : [];
    return [
      ...readRegistry(registry, path, where),
      ...mirrors.flatMap((mirror, number) => readRegistry(mirror, [...path, "mirror", String(number)], where)),
    ];
  });
  const seen = new Set<string>();
  return [...second, ...readFirstVersion(parsed.registries, where)].filter(({ value }) =>
    seen.has(value) ? false : seen.add(value),
  );
}

function readRegistry(registry: unknown, path: readonly string[], where: PathOrigin): Setting[] {
  if (!isRecord(registry)) throw malformed(where(path), "This is not a table.", "Write it as a section, [[registry]].");
  const { insecure = false } = registry;
  if (typeof insecure !== "boolean") {
    throw malformed(
      where([...path, "insecure"]),
      "The value is not a boolean.",
      "Write insecure = true, without quotes.",
    );
  }
  if (!insecure) return [];
  // The location defaults to the prefix.
  const key = (registry.location ?? "") === "" ? "prefix" : "location";
  return [readHost(registry[key], [...path, key], where)];
}

/** Version 1, which is still supported: `[registries.insecure]` with a list `registries`. */
function readFirstVersion(registries: unknown, where: PathOrigin): Setting[] {
  const insecure = isRecord(registries) ? registries.insecure : undefined;
  const list = isRecord(insecure) ? insecure.registries : undefined;
  const path = ["registries", "insecure", "registries"];
  return listIn(list, path, where).map((value, index) => readHost(value, [...path, String(index)], where));
}

function listIn(value: unknown, path: readonly string[], where: PathOrigin): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw malformed(where(path), "This is not a list.", "Write it as described in containers-registries.conf(5).");
}

/** The host alone: a namespace cannot have an insecure connection of its own. */
function readHost(value: unknown, path: readonly string[], where: PathOrigin): Setting {
  const from = where(path);
  const host = typeof value === "string" ? value.replace(/\/.*$/s, "").replace(/^\*\./, ".") : "";
  if (/^\.[^.]+$/.test(host)) {
    throw malformed(from, "The value is a complete top-level domain.", "Write more of the name, or single hosts.");
  }
  if (/^\.?[\w-](?:[\w.-]*[\w-])?(?::\d{1,5})?$|^\[[0-9a-f:]+\](?::\d{1,5})?$/i.test(host)) {
    return { value: host.toLowerCase(), from };
  }
  throw malformed(from, "The value is not a registry.", 'Write location = "host:port", without scheme.');
}
