import { KNOWN } from "../../../../src/stores/registry/known/find.ts";
import {
  type Creation,
  type KnownRegistry,
  type Limits,
  MIB,
} from "../../../../src/stores/registry/known/known-registry.ts";

const listed = (hosts: readonly string[]) => hosts.map((host) => `\`${host}\``).join(", ");
const link = (source: string) => `[source](${source})`;

/** The table of hosts, as docs/registries.md has it. */
export function hostRows(): string[] {
  return KNOWN.map(({ vendor, example, aliases = [], token = [], blob, confidence, source }) => {
    const hosts = listed([...new Set([example, ...aliases])]);
    return `| ${vendor} | ${hosts} | ${listed(token)} | ${listed(blob)} | ${confidence} | ${link(source)} |`;
  });
}

/** What known registries accept, as docs/registries.md has it: a vendor once. */
export function ruleRows(): string[] {
  const rows = KNOWN.filter(({ names, creation, limits }) => (names ?? creation ?? limits) !== undefined).map(ruleRow);
  return [...new Set(rows)];
}

function ruleRow({ vendor, names, creation, limits }: KnownRegistry): string {
  const accepted = names === undefined ? "" : `${names.accepts} (${link(names.source)})`;
  return `| ${vendor} | ${accepted} | ${creationCell(creation)} | ${limitCell(limits)} |`;
}

function creationCell(creation: Creation | undefined): string {
  if (creation === undefined) return "";
  const checked = creation.isRequired === true ? " Checked before anything is written." : "";
  return `${creation.how}${checked} (${link(creation.source)})`;
}

function limitCell({ layers, blob }: Limits = {}): string {
  return [
    ...(layers === undefined ? [] : [`${layers.max} layers of a manifest (${link(layers.source)})`]),
    ...(blob === undefined ? [] : [`${Math.floor(blob.max / MIB)} MiB of a blob (${link(blob.source)})`]),
  ].join(", ");
}
