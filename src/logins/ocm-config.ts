import { isIPv6 } from "node:net";
import { errorMessage, TransferError } from "../errors/transfer-error.ts";
import { isRecord } from "../oci/descriptor.ts";
import { canonicalHost } from "../oci/host.ts";
import { parseYaml } from "../ocm/descriptor/yaml.ts";
import type { Consumer, Credential } from "../stores/registry/auth/credentials.ts";
import { isHeaderToken, type Login, type LoginPattern, trimSlashes } from "./login.ts";
import { type OcmResolver, parseResolvers } from "./ocm-resolvers.ts";

/** What an OCM configuration file holds for this action. */
export interface OcmConfig {
  readonly logins: readonly Login[];
  /** Docker configurations that it refers to: a path, the content itself, or docker's own file. */
  readonly dockerConfigs: readonly DockerConfigRef[];
  readonly resolvers: readonly OcmResolver[];
}

export type DockerConfigRef =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "content"; readonly text: string }
  | { readonly kind: "default" };

/** Consumer types of both generations of the CLI (https://ocm.software/docs/tutorials/credentials-in-an-.ocmconfig-file/). */
const CONSUMERS: Readonly<Record<string, Consumer>> = {
  OCIRegistry: "registry",
  HelmChartRepository: "chart",
  Wget: "file",
  wget: "file",
};

/** Types that hold user and password; all others are of services that this action does not ask. */
const CREDENTIAL_TYPES = new Set([
  "Credentials",
  "DirectCredentials",
  "OCICredentials",
  "HelmHTTPCredentials",
  "WgetCredentials",
]);

/** Reads an `.ocmconfig`: a generic document, which may hold others, or one of credentials or resolvers alone. Throws OCM_CONFIG_MALFORMED. */
export function parseOcmConfig(text: string, from: string): OcmConfig {
  let document: unknown;
  try {
    document = parseYaml(text);
  } catch (error) {
    if (/^---\s/m.test(text.replace(/^\s*---/, ""))) throw malformed(from, "it has more than one YAML document");
    // The library quotes the line, which may hold a password.
    const line = /at line (\d+)/.exec(errorMessage(error))?.[1];
    throw malformed(from, line === undefined ? "it is not YAML" : `it is not YAML, see line ${line}`);
  }
  if (document === null) return { logins: [], dockerConfigs: [], resolvers: [] };
  if (!isRecord(document)) throw malformed(from, "it is not a mapping");
  const documents = flatten(document);
  const credentials = documents.filter((each) => typeOf(each) === "credentials.config.ocm.software");
  const consumers = credentials.flatMap((each) => records(each.consumers));
  return {
    // Of two entries for the same, both CLIs take the later one.
    logins: consumers.flatMap((consumer) => loginsOf(consumer, from)).reverse(),
    dockerConfigs: credentials
      .flatMap((each) => records(each.repositories))
      .flatMap(({ repository }) => (isRecord(repository) ? dockerConfigOf(repository) : [])),
    resolvers: documents.flatMap((each) => parseResolvers(each, typeOf(each))),
  };
}

function malformed(from: string, why: string): TransferError {
  return new TransferError("OCM_CONFIG_MALFORMED", `${from}: ${why}`, {
    where: from,
    remedy: "Correct the file so that the OCM CLI can read it, or name another one in ocm-config.",
  });
}

/** The documents inside of generic ones, in their order. */
function flatten(document: Record<string, unknown>): Record<string, unknown>[] {
  if (typeOf(document) !== "generic.config.ocm.software") return [document];
  return records(document.configurations).flatMap(flatten);
}

/** The type without its version. */
function typeOf({ type }: Record<string, unknown>): string {
  return typeof type === "string" ? type.replace(/\/v\w+$/, "") : "";
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function loginsOf(consumer: Record<string, unknown>, from: string): Login[] {
  const identities = [...records(consumer.identities), ...records([consumer.identity])];
  const credential = records(consumer.credentials)
    .map((each) => credentialOf(each, from))
    .find((each) => each !== undefined);
  if (credential === undefined) return [];
  return identities.flatMap(patternOf).map((pattern) => ({ ...pattern, credential }));
}

/** A host name without a port, as both CLIs want it; an IPv6 address with or without brackets. */
function hostOf(text: string): string | undefined {
  const address = text.replace(/^\[(.*)\]$/, "$1");
  if (isIPv6(address)) return `[${address.toLowerCase()}]`;
  return /^[^\s/@:]+$/.test(text) ? canonicalHost(text) : undefined;
}

/** An identity without a host name would hand its login to every host there is: it is for none. */
function patternOf(identity: Record<string, unknown>): LoginPattern[] {
  const { hostname, port, scheme, pathprefix, path } = identity;
  const consumer = CONSUMERS[typeOf(identity)];
  const host = typeof hostname === "string" ? hostOf(hostname) : undefined;
  if (consumer === undefined || host === undefined) return [];
  const secured = scheme === "oci" ? "https" : scheme;
  if (secured !== undefined && secured !== "" && secured !== "https" && secured !== "http") return [];
  const glob = typeof path === "string" && trimSlashes(path) !== "";
  const prefix = typeof pathprefix === "string" ? pathprefix : "";
  return [
    {
      consumer,
      host,
      // v1 takes an identity without a port for every port.
      port: port === undefined || port === "" ? "*" : String(port),
      ...(secured === "http" || secured === "https" ? { scheme: secured } : {}),
      path: trimSlashes(glob ? path : prefix),
      ...(glob ? { isGlob: true } : {}),
    },
  ];
}

/** Properties of v1, which has them below `properties`, and of v2, which also has them beside the type. */
function credentialOf(entry: Record<string, unknown>, from: string): Credential | undefined {
  if (!CREDENTIAL_TYPES.has(typeOf(entry))) return undefined;
  const properties = { ...entry, ...(isRecord(entry.properties) ? entry.properties : {}) };
  const text = (name: string) => {
    const value = (properties as Record<string, unknown>)[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const username = text("username");
  const token = text("identityToken") || text("refreshToken");
  const accessToken = text("accessToken");
  // With a user name, v1 takes the identity token for a password.
  const password = text("password") || (username === "" ? "" : token);
  if (username === "" && token === "" && accessToken === "") return undefined;
  const credential = {
    username,
    password,
    ...(username === "" && token !== "" ? { identityToken: token } : {}),
    ...(accessToken === "" ? {} : { accessToken }),
    from,
  };
  if (!isHeaderToken(token + accessToken)) throw malformed(from, "a token in it has signs that no header may have");
  return credential;
}

function dockerConfigOf(repository: Record<string, unknown>): DockerConfigRef[] {
  if (typeOf(repository) !== "DockerConfig") return [];
  const { dockerConfigFile: path, dockerConfig: content } = repository;
  if (typeof content === "string" && content !== "") return [{ kind: "content", text: content }];
  if (isRecord(content)) return [{ kind: "content", text: JSON.stringify(content) }];
  return typeof path === "string" && path !== "" ? [{ kind: "file", path }] : [{ kind: "default" }];
}
