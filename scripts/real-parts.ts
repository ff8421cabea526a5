import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  findPart,
  findProgram,
  goBinaries,
  installLine,
  isLocal,
  type Part,
  type PartName,
  parts,
  pythonModules,
  root,
} from "./parts.ts";

/**
 * Installs the real programs that the tests run, where this machine allows it. Never fails: what is missing at the end is
 * returned, and the tests say themselves what they could not run.
 */
export function installRealParts(say: (line: string) => void): readonly PartName[] {
  const names = Object.keys(parts) as PartName[];
  installDebianPackages(
    names.filter((name) => parts[name].from === "debian" && findPart(name) === undefined),
    say,
  );
  for (const name of names) {
    if (parts[name].from === "go" && !isBuilt(name)) build(name, say);
  }
  for (const name of names) {
    if (parts[name].from === "pypi" && findPart(name) === undefined) installFromPypi(name, say);
  }
  return names.filter((name) => findPart(name) === undefined);
}

function installFromPypi(name: PartName, say: (line: string) => void): void {
  const { source, version }: Part = parts[name];
  const python = findProgram("python3");
  if (python === undefined) return;
  say(`installing ${source} ${version} with pip`);
  // Without --upgrade, pip leaves an older version where it is.
  run(python, ["-m", "pip", "install", "--quiet", "--upgrade", "--target", pythonModules, `${source}==${version}`]);
}

function installDebianPackages(missing: readonly PartName[], say: (line: string) => void): void {
  if (missing.length === 0 || process.getuid?.() !== 0 || findProgram("apt-get") === undefined) return;
  const packages = missing.map((name) => parts[name].source);
  say(`installing ${packages.join(", ")}`);
  withoutDaemons(() => {
    const listed = hasPackageLists();
    if (!listed) run("apt-get", ["update", "-q"]);
    if (!aptInstall(packages) && listed) {
      // Lists that are there may be older than the packages they name.
      run("apt-get", ["update", "-q"]);
      aptInstall(packages);
    }
  });
}

function aptInstall(packages: readonly string[]): boolean {
  return run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages], {
    DEBIAN_FRONTEND: "noninteractive",
  });
}

function hasPackageLists(): boolean {
  const folder = "/var/lib/apt/lists";
  return existsSync(folder) && readdirSync(folder).some((file) => file.includes("_Packages"));
}

/** Both daemons would be started by their installation: exit code 101 forbids it (Debian's invoke-rc.d). */
function withoutDaemons(install: () => void): void {
  const policy = "/usr/sbin/policy-rc.d";
  const mine = !existsSync(policy);
  if (mine) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    install();
  } finally {
    if (mine) rmSync(policy, { force: true });
  }
}

function build(name: PartName, say: (line: string) => void): void {
  const part: Part = parts[name];
  const { source, version } = part;
  if (findProgram("go") === undefined) return;
  say(`building ${name} ${version}`);
  mkdirSync(goBinaries, { recursive: true });
  const args = isLocal(part) ? ["-C", source, "install", "."] : ["install", `${source}@${version}`];
  if (run("go", args, { GOBIN: goBinaries })) {
    writeFileSync(stampPath, `${JSON.stringify({ ...stamps(), [name]: version }, null, 2)}\n`);
  }
}

const stampPath = join(dirname(goBinaries), "versions.json");

function stamps(): Readonly<Record<string, string>> {
  return existsSync(stampPath) ? JSON.parse(readFileSync(stampPath, "utf8")) : {};
}

function isBuilt(name: PartName): boolean {
  const { version }: Part = parts[name];
  return findPart(name) !== undefined && stamps()[name] === version;
}

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): boolean {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status === 0) return true;
  console.error(`${program} ${args.join(" ")} failed:\n${`${stdout ?? ""}${stderr ?? ""}`.trimEnd().slice(-2000)}`);
  return false;
}

if (import.meta.main) {
  for (const name of installRealParts(console.log)) console.log(`missing ${name}: ${installLine(name)}`);
}
