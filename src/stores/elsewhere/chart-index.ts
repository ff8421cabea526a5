import { errorMessage, TransferError } from "../../errors/transfer-error.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import { isJsonObject, type Json, parseJson } from "../../ocm/descriptor/json.ts";
import { parseYaml } from "../../ocm/descriptor/yaml.ts";
import { printable } from "../../text/redact.ts";

/** One version of a chart, as the index of its repository lists it (helm.sh/docs/topics/chart_repository, the index file). */
export interface ChartEntry {
  /** Absolute, or relative to the repository. */
  readonly url: string;
  readonly digest: Digest | undefined;
}

/** Characters of YAML: a parser takes hundreds of times as much memory, and nothing else runs meanwhile. */
const MAX_YAML = 4 * 1024 * 1024;

/** The version of the chart, spelled exactly so. */
export function findChart(index: string, chart: string, version: string, where: string): ChartEntry {
  const versions = versionsOf(index, chart, where);
  const entry = versions.filter(isJsonObject).find((candidate) => candidate.version === version);
  const [url] = entry !== undefined && Array.isArray(entry.urls) ? entry.urls : [];
  if (entry === undefined || typeof url !== "string") {
    const what = versions.length === 0 ? "chart" : entry === undefined ? "version of the chart" : "place of the chart";
    throw new TransferError("ARTIFACT_UNKNOWN", `${where} lists no ${what} ${printable(`${chart}:${version}`, 120)}`, {
      where,
      remedy: "Restore it in the chart repository, or leave the resource by reference.",
    });
  }
  return { url, digest: digestOf(entry.digest) };
}

function versionsOf(index: string, chart: string, where: string): readonly Json[] {
  let document: Json;
  try {
    document = index.trimStart().startsWith("{")
      ? parseJson(index)
      : parseYaml(bounded(blockOf(index, chart) ?? index));
  } catch (error) {
    throw malformed(where, printable(errorMessage(error).split("\n")[0] ?? "", 200), error);
  }
  if (!isJsonObject(document) || !isJsonObject(document.entries)) throw malformed(where, 'there are no "entries"');
  const versions = Object.hasOwn(document.entries, chart) ? document.entries[chart] : undefined;
  return Array.isArray(versions) ? versions : [];
}

function bounded(text: string): string {
  if (text.length <= MAX_YAML) return text;
  throw new SyntaxError(
    `the chart is not listed as Helm writes it, and ${text.length} characters are too many for all else`,
  );
}

/**
 * The entries of one chart, cut out of an index as Helm writes it: some have tens of megabytes, which take a parser ten seconds and
 * gigabytes. Undefined where the index is written otherwise.
 */
function blockOf(index: string, chart: string): string | undefined {
  const [opening, indent] = /^entries:[ \t]*\r?\n( {1,64})(?=\S)/m.exec(index) ?? [];
  if (opening === undefined || indent === undefined) return undefined;
  const entries = index.slice(index.indexOf(opening));
  const key = chart.replace(/[^A-Za-z0-9]/g, "\\$&");
  const found = new RegExp(`^${indent}(["']?)${key}\\1:[ \\t]*\\r?\\n`, "m").exec(entries);
  if (found === null) return undefined;
  const versions = entries.slice(found.index + found[0].length);
  const end = new RegExp(`^ {0,${indent.length}}[^ \\-#\\r\\n]`, "m").exec(versions)?.index ?? versions.length;
  return `entries:\n${found[0]}${versions.slice(0, end)}`;
}

/** Helm writes the digest of the chart's archive without its algorithm. */
function digestOf(value: Json | undefined): Digest | undefined {
  if (typeof value !== "string") return undefined;
  const digest = value.includes(":") ? value : `sha256:${value}`;
  return isDigest(digest.toLowerCase()) ? (digest.toLowerCase() as Digest) : undefined;
}

function malformed(where: string, why: string, cause?: unknown): TransferError {
  return new TransferError("CHART_INDEX_MALFORMED", `${where}: ${printable(why, 200)}`, {
    where,
    remedy: "See that helmRepository is the URL of a chart repository: index.yaml is directly below it.",
    cause,
  });
}
