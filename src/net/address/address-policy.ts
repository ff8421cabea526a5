import { TransferError } from "../../errors/transfer-error.ts";
import { printable } from "../../text/redact.ts";
import { type AddressClass, classOfText } from "./address-class.ts";
import { hostOf } from "./host.ts";
import type { NamedHosts } from "./named-hosts.ts";

/**
 * The party that a request is made for: a registry that the user named, one that only a component descriptor names, or a web server
 * that a descriptor names (`wget`, `helm`). Redirects, upload locations, next pages and token realms belong to the same party.
 */
export interface Party {
  readonly kind: "named-registry" | "foreign-registry" | "web-server";
  /** `host:port` that was named. */
  readonly host: string;
}

/** Which addresses a host may have: all, all but those of clouds' metadata, or public ones only. */
export type AddressPolicy = "any" | "routable" | "public";

/**
 * The policy for the host of a URL (docs/adr/0020-how-far-a-descriptor-leads.md). Throws ADDRESS_REFUSED where the host itself is not
 * permitted; where it is a name, its addresses have to be permitted as well.
 */
export function judge(url: URL, party: Party, named: NamedHosts): AddressPolicy {
  const host = hostOf(url);
  const isNamed = named.has(host);
  const fault = isNamed ? faultBesideHost(url) : faultOf(url);
  if (fault !== undefined) throw malformed(host, fault);
  if (isNamed) return "any";
  const policy = policyFor(host, party, named);
  const refused = refusedClass(classOfHost(url.hostname), policy);
  if (refused !== undefined) throw addressRefused(host, refused);
  return policy;
}

function policyFor(host: string, party: Party, named: NamedHosts): Exclude<AddressPolicy, "any"> {
  if (named.covers(host) || party.kind === "named-registry") return "routable";
  // A private registry that a descriptor names may be read, but may not redirect to others in the private network.
  return party.kind === "foreign-registry" && host === party.host ? "routable" : "public";
}

/** The class, where the policy does not permit it. */
export function refusedClass(
  found: AddressClass,
  policy: Exclude<AddressPolicy, "any">,
): Exclude<AddressClass, "public"> | undefined {
  if (found === "public" || (found === "private" && policy === "routable")) return undefined;
  return found;
}

/** The fault of a URL from a descriptor or a server, for any party; undefined where it has none. */
export function faultOf(url: URL): string | undefined {
  const isPlain = isPlainHost(url.hostname);
  return faultBesideHost(url) ?? (isPlain ? undefined : "the host is neither an address nor a DNS name");
}

function faultBesideHost(url: URL): string | undefined {
  if (url.protocol !== "http:" && url.protocol !== "https:") return "the URL is not of http or https";
  return url.username === "" && url.password === "" ? undefined : "the URL holds credentials";
}

/** Labels of letters, digits and hyphens (RFC 1123, 2.1), and of underscores, which some have: nothing that a rule of a proxy reads as a pattern. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

function isPlainHost(hostname: string): boolean {
  if (classOfText(hostname) !== undefined) return true;
  const name = hostname.replace(/\.$/, "");
  return name.length <= 253 && name.split(".").every((label) => LABEL.test(label));
}

function classOfHost(hostname: string): AddressClass {
  const name = hostname.replace(/\.$/, "").toLowerCase();
  return classOfText(name) ?? (isMetadataName(name) ? "metadata" : isPrivateName(name) ? "private" : "public");
}

/** Names under which clouds serve the metadata of their machines. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "metadata.azure.internal",
  "metadata.tencentyun.com",
  "api.metadata.cloud.ibm.com",
  "instance-data",
]);

function isMetadataName(name: string): boolean {
  return METADATA_NAMES.has(name) || /^instance-data\.(?:ec2|[a-z0-9-]+\.compute)\.internal$/.test(name);
}

/** Names that differ from network to network: RFC 6761, 6762, 8375, and `.internal`, which is for private use. */
export function isPrivateName(name: string): boolean {
  return !name.includes(".") || /\.(?:localhost|local|internal|home\.arpa)$/.test(name);
}

const REASONS = {
  metadata: "is link-local, or serves the metadata of a cloud",
  private: "is not a public address",
} as const;

const REMEDIES = {
  metadata:
    "No registry or file is expected there. If this host is intended, name exactly this host and port as a source.",
  private:
    "If this host is intended, list it in no-proxy-registries, or in plain-http where it speaks that, with its port; otherwise leave the resource by reference.",
} as const;

/** `addresses` are those that a name resolves to. */
export function addressRefused(
  host: string,
  found: Exclude<AddressClass, "public">,
  addresses: readonly string[] = [],
): TransferError {
  const where = addresses.length === 0 ? "" : ` (${printable(addresses.join(", "), 200)})`;
  const shown = printable(host, 200);
  return new TransferError(
    "ADDRESS_REFUSED",
    `${shown}${where} ${REASONS[found]}, and only a component descriptor or the answer of a server leads there`,
    { where: shown, remedy: REMEDIES[found] },
  );
}

function malformed(host: string, fault: string): TransferError {
  const shown = printable(host, 200);
  return new TransferError(
    "ADDRESS_REFUSED",
    `a component descriptor or the answer of a server leads to ${shown}: ${fault}`,
    {
      where: shown,
      remedy: "See where the URL was written: it has to name a host, and nothing else before the path.",
    },
  );
}
