import type { DetailedDiagnosis } from "../diagnosis/diagnosis.ts";
import type { Finding } from "../errors/finding.ts";
import type { JsonObject } from "../ocm/descriptor/json.ts";
import type { Difference } from "../proxy/clients.ts";
import type { Plan } from "../transfer/target/plan.ts";
import type { Bytes } from "./bytes.ts";

/** A setting of the run. An element of `settings` in the report. */
export interface SettingResult {
  readonly setting: string;
  /** Without passwords. */
  readonly value: string;
  /** An input, a file, a variable, or a default. */
  readonly from: string;
}

/** The results of a run, as far as they are known: those of a failed run are reported too. */
export interface Results {
  readonly routes?: readonly Explanation[];
  readonly settings?: readonly SettingResult[];
  readonly findings: readonly Finding[];
  readonly diagnosis: readonly DetailedDiagnosis[];
  readonly plan?: Plan;
  /** Whether the plan is not carried out. */
  readonly isDryRun?: boolean;
  /** The component versions that the inputs name, as `component:version`; the others are referenced by these. */
  readonly requested?: readonly string[];
  /** Signatures that verify. */
  readonly signatures?: readonly SignatureResult[];
  /** Component versions as they are at the target, or as they were downloaded. */
  readonly componentVersions?: readonly ComponentVersionResult[];
  /** Old reference to new reference of every artifact that was copied. */
  readonly images?: Readonly<Record<string, string>>;
  readonly files?: readonly DownloadedFile[];
  /** Files with proxy settings, for programs that read them there. */
  readonly written?: readonly WrittenFile[];
  readonly bytes?: Readonly<Bytes>;
}

export interface ComponentVersionResult {
  readonly component: string;
  readonly version: string;
  /** Its repository: `host/path/component-descriptors/component`. */
  readonly repository: string;
  /** Component digest: SHA-256 over the normalised descriptor, which signatures sign. */
  readonly digest: string;
  readonly signatures: readonly string[];
  readonly state: "written" | "completed" | "unchanged" | "planned";
  readonly resources: readonly ResourceResult[];
}

/** A signature that verifies with a key of the input `signatures`. An element of `signatures` in the report. */
export interface SignatureResult {
  readonly component: string;
  readonly version: string;
  readonly name: string;
  readonly algorithm: string;
  readonly hashAlgorithm: string;
  readonly normalisationAlgorithm: string;
  /** SHA-256 over the public key as SubjectPublicKeyInfo in DER. */
  readonly "key-fingerprint": string;
  /** Subject of the certificate in the signature, if that certificate is for the key. It is not verified against a CA. */
  readonly "certificate-subject"?: string;
}

export interface ResourceResult {
  readonly kind: "resource" | "source";
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
}

export interface DownloadedFile {
  readonly component: string;
  readonly version: string;
  readonly resource: string;
  readonly path: string;
  readonly mediaType: string;
  readonly digest: string;
}

export interface WrittenFile {
  readonly format: string;
  readonly path: string;
  /** The measured digest of initdata. */
  readonly digest?: string;
  readonly annotation?: string;
}

/** The route of one URL, an element of the output `routes`. */
export interface Explanation {
  readonly url: string;
  readonly via: "direct" | "proxy" | "error";
  /** Without password; empty for a direct route. */
  readonly proxy: string;
  readonly rule: string;
  /** The route under the original settings, by Go's rules. */
  readonly before: "direct" | "proxy" | "error";
  /** Clients with another route under the exported settings. */
  readonly differs: readonly Difference[];
}
