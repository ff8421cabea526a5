/** high: the operator documents it. medium: several public allow lists agree. low: a hint that only a probe can confirm. */
export type Confidence = "high" | "medium" | "low";

/** A public registry, or the registries of a vendor. Every fact has the page that it is from; docs/registries.md has them as a table. */
export interface KnownRegistry {
  readonly vendor: string;
  /** Of the host without port. Named groups fill `{name}` in hosts and commands. */
  readonly pattern: RegExp;
  /** A host of the pattern. */
  readonly example: string;
  /** Further names of the same registry. */
  readonly aliases?: readonly string[];
  /** Hosts, other than itself, that may receive its credentials for a token. */
  readonly token?: readonly string[];
  /** Hosts that blobs are redirected to. A host that starts with a dot stands for everything below it. */
  readonly blob: readonly string[];
  /** Of the hosts. */
  readonly confidence: Confidence;
  readonly source: string;
  readonly names?: NameRule;
  readonly creation?: Creation;
  /** Whether the first request of an upload may create the repository. */
  readonly createsByUpload?: boolean;
  /** Whether a token with the right to push creates the repository, when it is issued. */
  readonly createsByToken?: boolean;
  readonly limits?: Limits;
}

/** Names of repositories that are accepted, beyond the grammar of the distribution-spec. */
export interface NameRule {
  /** Between slashes. */
  readonly maxParts?: number;
  /** Matches a part of a refused name. */
  readonly refused?: RegExp;
  /** Completes "VENDOR accepts". */
  readonly accepts: string;
  readonly source: string;
}

/** The creation of a repository, or of the project or namespace that the first parts of its name stand for, before the first push. */
export interface Creation {
  /** Whether each repository must exist: it is checked before anything is written. */
  readonly isRequired?: boolean;
  /**
   * A sentence with the command or page. In names of repositories, `{repository}` is the complete name, `{first}` and `{second}` are its
   * first parts, `{rest}` is all but the first.
   */
  readonly how: string;
  readonly source: string;
}

export interface Limits {
  /** Of one manifest. */
  readonly layers?: Limit;
  /** Bytes of one blob. */
  readonly blob?: Limit;
}

interface Limit {
  readonly max: number;
  readonly source: string;
}

export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;
