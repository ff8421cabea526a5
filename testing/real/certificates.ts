import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "./fixtures.ts";
import { pathOf } from "./part-path.ts";

/** PEM documents, as `node:tls` takes them. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

export interface Authority extends KeyPair {
  /** Path of the authority's certificate, for `ca-certificates`. */
  readonly path: string;
  readonly keyPath: string;
  /** A server certificate for these DNS names or IP addresses. */
  issue(...hosts: readonly string[]): KeyPair;
  /** The same, valid between two dates (`20200101000000Z`). */
  issueBetween(from: string, to: string, ...hosts: readonly string[]): KeyPair;
}

/** A throw-away certificate authority that no machine trusts. */
export function createAuthority(commonName = "Test Authority"): Authority {
  const folder = temporaryFolder();
  const path = join(folder, "ca.pem");
  const keyPath = join(folder, "ca.key");
  const extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"];
  request(["-subj", `/CN=${commonName}`, "-keyout", keyPath, "-out", path], extensions);

  let issued = 0;
  const issue = (...hosts: readonly string[]): KeyPair => {
    issued += 1;
    const key = join(folder, `${issued}.key`);
    const cert = join(folder, `${issued}.pem`);
    request(
      ["-CA", path, "-CAkey", keyPath, "-subj", `/CN=${hosts[0]}`, "-keyout", key, "-out", cert],
      [`subjectAltName=${namesOf(hosts)}`, "basicConstraints=critical,CA:FALSE", "extendedKeyUsage=serverAuth"],
    );
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  };
  /** `openssl req` has no dates of its own before version 3.4, and `openssl ca` has. */
  const issueBetween = (from: string, to: string, ...hosts: readonly string[]): KeyPair => {
    const { key } = issue(...hosts);
    const at = (name: string) => join(folder, name);
    const own = [`database=${at("index")}`, `new_certs_dir=${folder}`, "rand_serial=yes", "default_md=sha256"];
    const rules = ["policy=any", "[any]", "commonName=supplied", "[names]", `subjectAltName=${namesOf(hosts)}`];
    writeFileSync(at("ca.cnf"), ["[ca]", "default_ca=own", "[own]", ...own, ...rules, ""].join("\n"));
    writeFileSync(at("index"), "");
    const asking = ["req", "-new", "-config", at("openssl.cnf"), "-key", at(`${issued}.key`)];
    openssl([...asking, "-subj", `/CN=${hosts[0]}`, "-out", at("asked.pem")]);
    const signing = ["ca", "-batch", "-notext", "-config", at("ca.cnf"), "-cert", path, "-keyfile", keyPath];
    const dates = ["-startdate", from, "-enddate", to, "-extensions", "names"];
    openssl([...signing, ...dates, "-in", at("asked.pem"), "-out", at("dated.pem")]);
    return { key, cert: readFileSync(at("dated.pem"), "utf8") };
  };
  return { path, keyPath, key: readFileSync(keyPath, "utf8"), cert: readFileSync(path, "utf8"), issue, issueBetween };

  function request(args: readonly string[], wanted: readonly string[]): void {
    // Without a file of its own, openssl adds the extensions of the machine's to ours.
    const config = join(folder, "openssl.cnf");
    writeFileSync(config, "[req]\ndistinguished_name=dn\n[dn]\n");
    const added = wanted.flatMap((extension) => ["-addext", extension]);
    const common = ["req", "-x509", "-config", config, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    openssl([...common, "-nodes", "-days", "2", ...args, ...added]);
  }
}

function openssl(args: readonly string[]): void {
  execFileSync(pathOf("openssl"), args, { stdio: "pipe" });
}

function namesOf(hosts: readonly string[]): string {
  return hosts.map((host) => `${isIP(host) === 0 ? "DNS" : "IP"}:${host}`).join(",");
}
