import type { Descriptor } from "../../src/oci/descriptor.ts";
import { sha256 } from "../../src/oci/digest.ts";
import type { Credential } from "../../src/stores/registry/auth/credentials.ts";
import { createRemoteRegistry, type RemoteRegistry } from "../../src/stores/registry/store.ts";
import { type OpenClient, type OpenClientOptions, openClient } from "./open-client.ts";

export interface OpenRegistryOptions extends OpenClientOptions {
  readonly client?: OpenClient;
  readonly plainHttp?: boolean;
  readonly isWritten?: boolean;
  readonly credential?: Credential;
  readonly credentialFor?: (repository: string) => Credential | undefined;
  readonly boundCredential?: (realm: URL, repository: string) => Credential | undefined;
  readonly allowsPlainHttp?: (realm: URL) => boolean;
  readonly onToken?: (token: string) => void;
}

/** A registry in plain HTTP that is written to, as nobody in particular, but for what is said. */
export function openRegistry(host: string, options: OpenRegistryOptions = {}): RemoteRegistry {
  const { client, plainHttp = true, isWritten = true, credential, credentialFor, ...others } = options;
  const { boundCredential, allowsPlainHttp, onToken, ...clientOptions } = others;
  return createRemoteRegistry({
    client: client ?? openClient(clientOptions),
    host,
    plainHttp,
    isWritten: () => isWritten,
    role: "source",
    credentialFor: credentialFor ?? (() => credential),
    ...(boundCredential === undefined ? {} : { boundCredential }),
    ...(allowsPlainHttp === undefined ? {} : { allowsPlainHttp }),
    ...(onToken === undefined ? {} : { onToken }),
  });
}

export const ada: Credential = { username: "ada", password: "p:w ü", from: "test" };
export const adaBasic = `Basic ${Buffer.from("ada:p:w ü").toString("base64")}`;

export function blobOf(content: Buffer | string): Descriptor {
  const bytes = Buffer.from(content);
  return { mediaType: "application/octet-stream", digest: sha256(bytes), size: bytes.length };
}

/** A manifest of these blobs, as bytes with its descriptor. */
export function manifestOf(config: Descriptor, ...layers: readonly Descriptor[]) {
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers }));
  return { content, descriptor: { ...blobOf(content), mediaType } };
}
