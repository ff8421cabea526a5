import type { Descriptor } from "../../src/oci/descriptor.ts";
import { addComponentVersion, addImage, imageResource } from "../../testing/content/content.ts";
import { type FakeProxy, startProxy } from "../../testing/fakes/proxy.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { answering, helperProgram } from "../../testing/product/helper-program.ts";
import type { ActionResult } from "../../testing/real/action.ts";
import { uniqueAddress } from "../../testing/real/address.ts";
import { type Authority, createAuthority } from "../../testing/real/certificates.ts";
import { stepsOf } from "../../testing/workflows/workflows.ts";
import { program } from "./program.ts";
import { recipe } from "./recipes.ts";
import { runSteps } from "./steps.ts";
import { VENDORS, type Vendor } from "./vendors.ts";

/** The token of the job, or the password of the source in the company. */
export const OF_THE_SOURCE = "qZ7-secret-of-the-source";
export const ACTOR = "ada";

export const nameOf = (host: string) => host.replace(/:\d+$/, "");
export const sourceOf = (recipeName: string) => (recipeName === "ghcr.yml" ? "registry.corp.example" : "ghcr.io");

/** The hosts of a recipe, each a registry at loopback, behind a proxy that alone knows their names. */
export interface Stage {
  readonly recipeName: string;
  readonly vendor: Vendor;
  readonly authority: Authority;
  readonly source: FakeRegistry;
  /** The resource of the component version. */
  readonly image: Descriptor;
  readonly target: FakeRegistry;
  readonly proxy: FakeProxy;
}

export async function stage(recipeName: string, vendor: Vendor = vendorOf(recipeName)): Promise<Stage> {
  const { host, tokenHost } = vendor;
  const authority = createAuthority();
  const tls = authority.issue(nameOf(host), ...(tokenHost === undefined ? [] : [tokenHost]));
  const isElsewhere = vendor.auth.kind === "bearer" && tokenHost !== undefined;
  const auth = isElsewhere ? { ...vendor.auth, tokenAddress: uniqueAddress() } : vendor.auth;
  const target = await startFakeRegistry({ tls, auth });

  // ECR creates no repository by a push.
  if (recipeName === "ecr.yml") target.addBlob(repositoryOf(vendor), "");

  const sourceName = sourceOf(recipeName);
  const source = await startFakeRegistry({
    tls: authority.issue(sourceName),
    auth: {
      kind: "bearer",
      anonymous: "nothing",
      users: { [ACTOR]: OF_THE_SOURCE, reader: OF_THE_SOURCE },
      realm: `https://${sourceName}/token`,
    },
  });
  const image = addImage(source, "acme/app", { tag: "1" });
  const resources = [imageResource("app", `${sourceName}/acme/app:1`, image)];
  addComponentVersion(source, { path: recipeName === "ghcr.yml" ? "ocm" : "acme/ocm", version: "1.2.0", resources });

  const hosts = {
    [host]: target.host,
    [`${sourceName}:443`]: source.host,
    ...(tokenHost === undefined ? {} : { [`${tokenHost}:443`]: new URL(target.tokenOrigin).host }),
  };
  return { recipeName, vendor, authority, source, image, target, proxy: await startProxy({ hosts }) };
}

export function vendorOf(recipeName: string): Vendor {
  const create = VENDORS[recipeName];
  if (create === undefined) throw new Error(`the vendor of ${recipeName} is not described`);
  return create();
}

type Inputs = Readonly<Record<string, string>>;

export interface RunOptions {
  /** Empty for a secret that is not set. */
  readonly secret: string;
  /** Changes the inputs of the transfer. */
  readonly changed?: (inputs: Inputs) => Inputs;
  readonly env?: Readonly<Record<string, string>>;
  readonly programs?: readonly string[];
}

/** Runs the steps of a recipe; the results of those of this action. */
export async function run(staged: Stage, options: RunOptions): Promise<readonly ActionResult[]> {
  const { recipeName, vendor, authority, proxy } = staged;
  const { secret, changed = (inputs) => inputs, env = {}, programs = [] } = options;
  const unknown = "echo 'credentials not found in native keychain'; exit 1";
  const helper = helperProgram("ecr-login", secret === "" ? unknown : answering("AWS", secret));
  const az = program("az", `printf '%s\\n' '${secret}'`);
  // Nothing but the proxy knows the hosts, and nothing but the test their CA.
  const here = { "ca-certificates": authority.path, "no-proxy": "" };
  return runSteps(stepsOf(recipe(recipeName)), {
    values: {
      "inputs.version": "1.2.0",
      "secrets.PROXY": proxy.url,
      "secrets.REGISTRY_PASSWORD": OF_THE_SOURCE,
      ...(vendor.secret === undefined ? {} : { [vendor.secret]: secret }),
    },
    changed(inputs) {
      const all = "proxy" in inputs ? { ...inputs, ...here } : inputs;
      return inputs.command === "setup" ? all : changed(all);
    },
    env: { GITHUB_ACTOR: ACTOR, AWS_ACCESS_KEY_ID: "of-the-role", AWS_REGION: "eu-central-1", ...env },
    programs: [...programs, helper.folder, az.folder],
    // The token of the job is for the target here, and for the source elsewhere.
    githubToken: recipeName === "ghcr.yml" ? secret : OF_THE_SOURCE,
  });
}

/** All annotations, but for the one of a proxy on loopback, which is right where the tests run in a container. */
export function annotationsOf(results: readonly ActionResult[]): ActionResult["annotations"] {
  return results.flatMap(({ annotations }) => annotations).filter(({ title }) => title !== "PROXY_LOOPBACK");
}

export function problemOf(results: readonly ActionResult[]): ActionResult["annotations"][number] | undefined {
  return annotationsOf(results).find(({ level }) => level === "error");
}

/** Tags of the component version at the target. */
export function published({ vendor, target }: Stage): readonly string[] {
  return Object.keys(target.tags(repositoryOf(vendor)));
}

function repositoryOf({ path }: Vendor): string {
  return `${path}/component-descriptors/acme.org/shop`;
}

/** Requests that began to write at the target and were accepted. */
export function writesAt({ target }: Stage): readonly string[] {
  const writes = target.requests.filter(
    ({ method, kind }) => kind !== "token" && method !== "GET" && method !== "HEAD",
  );
  return writes.filter(({ status }) => status < 300).map(({ method, path }) => `${method} ${path}`);
}

/** Every `HOST registry|token USER:PASSWORD` that a registry or its token server received. */
export function loginsAt(registry: FakeRegistry): readonly string[] {
  const seen = registry.requests.flatMap(({ kind, headers }) => {
    const [, encoded] = /^Basic (.+)$/.exec(headers.authorization ?? "") ?? [];
    const place = `${headers.host} ${kind === "token" ? "token" : "registry"}`;
    return encoded === undefined ? [] : [`${place} ${Buffer.from(encoded, "base64").toString()}`];
  });
  return [...new Set(seen)];
}
