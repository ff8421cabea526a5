import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "..");

/** Where `go install` puts what the tests run; git-ignored, first on the PATH of the tests. */
export const goBinaries = join(root, ".real-parts", "bin");

/** Where pip puts modules and programs from PyPI that the tests run, on the PYTHONPATH of the tests. */
export const pythonModules = join(root, ".real-parts", "python");

export interface Part {
  readonly binary: string;
  readonly from: "debian" | "go" | "pypi";
  /** Debian package, Go package without version or folder of this project with a go.mod, or PyPI project. */
  readonly source: string;
  /** Not of Debian's packages, which are the release's own. */
  readonly version?: string;
  /** Ports below 1024 and changes of user need it. */
  readonly asRoot?: boolean;
}

/** Every real program that some test runs. */
export const parts = {
  "docker-registry": { binary: "docker-registry", from: "debian", source: "docker-registry" },
  squid: { binary: "squid", from: "debian", source: "squid-openssl", asRoot: true },
  skopeo: { binary: "skopeo", from: "debian", source: "skopeo" },
  curl: { binary: "curl", from: "debian", source: "curl" },
  python3: { binary: "python3", from: "debian", source: "python3" },
  ip: { binary: "ip", from: "debian", source: "iproute2", asRoot: true },
  unshare: { binary: "unshare", from: "debian", source: "util-linux", asRoot: true },
  openssl: { binary: "openssl", from: "debian", source: "openssl" },
  perl: { binary: "perl", from: "debian", source: "perl-base" },
  "python3-requests": { binary: "python3", from: "pypi", source: "requests", version: "2.34.2" },
  distribution: {
    binary: "registry",
    from: "go",
    source: "github.com/distribution/distribution/v3/cmd/registry",
    version: "v3.1.2",
  },
  crane: {
    binary: "crane",
    from: "go",
    source: "github.com/google/go-containerregistry/cmd/crane",
    version: "v0.22.1",
  },
  kustomize: {
    binary: "kustomize",
    from: "go",
    source: "sigs.k8s.io/kustomize/kustomize/v5",
    version: "v5.7.1",
  },
  ocimem: {
    binary: "ocimem",
    from: "go",
    source: "./testing/real/ocimem",
    // Of cuelabs.dev/go/oci/ociregistry, as in the go.mod there.
    version: "v0.0.0-20251212221603-3adeb8663819",
  },
  act: { binary: "act", from: "go", source: "github.com/nektos/act", version: "v0.2.89" },
  actionlint: {
    binary: "actionlint",
    from: "go",
    source: "github.com/rhysd/actionlint/cmd/actionlint",
    version: "v1.7.12",
  },
  zizmor: { binary: "zizmor", from: "pypi", source: "zizmor", version: "1.32.0" },
} as const satisfies Record<string, Part>;

export type PartName = keyof typeof parts;

/** The PATH of the tests: what this project installed, its Node, the machine's programs, daemons included. */
export function testPath(path: string = process.env.PATH ?? ""): string {
  const first = [goBinaries, join(root, "node_modules", ".bin")];
  const rest = path.split(delimiter).filter((folder) => folder !== "" && !first.includes(folder));
  const daemons = ["/usr/local/sbin", "/usr/sbin", "/sbin"].filter((folder) => !rest.includes(folder));
  return [...first, ...rest, ...daemons].join(delimiter);
}

/** Absolute path of a program on the PATH of the tests. */
export function findProgram(binary: string): string | undefined {
  return testPath()
    .split(delimiter)
    .map((folder) => join(folder, binary))
    .find(isExecutable);
}

/** Absolute path of a part, or undefined where it is not there or cannot be run by this user. */
export function findPart(name: PartName): string | undefined {
  const part: Part = parts[name];
  if (part.asRoot && process.getuid?.() !== 0) return undefined;
  if (part.from === "go") return [join(goBinaries, part.binary)].find(isExecutable);
  if (part.from === "debian") return findProgram(part.binary);
  if (!existsSync(join(pythonModules, `${part.source}-${part.version}.dist-info`))) return undefined;
  return [join(pythonModules, "bin", part.binary)].find(isExecutable) ?? findProgram(part.binary);
}

/** Whether its source is a folder of this project, whose go.mod has the versions. */
export function isLocal({ source }: Part): boolean {
  return source.startsWith("./");
}

/** The line that a person types to get a part. */
export function installLine(name: PartName): string {
  const part: Part = parts[name];
  const goBin = 'GOBIN="$PWD/.real-parts/bin"';
  if (isLocal(part)) return `${goBin} go -C ${part.source} install .`;
  if (part.from === "go") return `${goBin} go install ${part.source}@${part.version}`;
  if (part.from === "pypi") return `pip install --target .real-parts/python ${part.source}==${part.version}`;
  return `apt-get install ${part.source}${part.asRoot ? " (and run as root)" : ""}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
