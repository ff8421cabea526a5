import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { root } from "../../scripts/parts.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked, type Fault, faults, ociError } from "../../testing/fakes/registry-faults.ts";
import { helperProgram } from "../../testing/product/helper-program.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { recipeNames } from "./recipes.ts";
import { problemOf, published, type RunOptions, run, type Stage, stage, vendorOf } from "./stage.ts";
import { SECRET } from "./vendors.ts";

afterEach(stopEverything);

type Difference = Pick<RunOptions, "changed" | "programs">;

interface Failure {
  readonly recipe: string;
  readonly code: string;
  readonly cause: string;
  /** Of the message. */
  readonly words?: string;
  /** Actions that tokens allow. */
  readonly grants?: readonly string[];
  /** The answers of the target. */
  readonly faults?: (staged: Stage) => readonly Fault[];
  /** What differs in the run. */
  readonly differs?: () => Difference | Promise<Difference>;
}

function refused(when: Fault["when"], status: number, body: string, headers = {}): (staged: Stage) => readonly Fault[] {
  return () => [{ when, act: { kind: "respond", status, body, headers } }];
}

const isUpload = asked({ method: "POST", kind: "upload" });
const isOfRepository = ({ repository }: { readonly repository: string }) => repository !== "";

/** The target at a loopback address, which no proxy is asked for. */
function at(host: string): Difference {
  return { changed: (inputs) => ({ ...inputs, target: `${host}/ocm`, credentials: `${host}=transfer:${SECRET}` }) };
}

const INSUFFICIENT =
  'Bearer realm="https://acme.azurecr.io/oauth2/token",service="acme.azurecr.io",error="insufficient_scope"';

/** What the page of recipes promises for each registry, as the registry answers it. */
const FAILURES: readonly Failure[] = [
  {
    recipe: "ghcr.yml",
    code: "PUSH_DENIED",
    cause: "the job may only read packages",
    words: "permission_denied: write_package",
    faults: refused(isUpload, 403, ociError("DENIED", "permission_denied: write_package")),
  },
  {
    recipe: "ecr.yml",
    code: "REPOSITORY_UNKNOWN",
    cause: "the repository was not created",
    faults: refused(isUpload, 404, ociError("NAME_UNKNOWN", "The repository does not exist in the registry")),
  },
  {
    recipe: "ecr.yml",
    code: "CREDENTIAL_HELPER_FAILED",
    cause: "the role may not get a login",
    words: "docker-credential-ecr-login",
    differs: () => ({ programs: [helperProgram("ecr-login", "echo 'AccessDeniedException'; exit 1").folder] }),
  },
  {
    recipe: "gar.yml",
    code: "REPOSITORY_UNKNOWN",
    cause: "the repository does not exist",
    faults: refused(isUpload, 404, ociError("NAME_UNKNOWN", 'Repository "ocm" not found')),
  },
  {
    recipe: "gar.yml",
    code: "PUSH_DENIED",
    cause: "the service account may only read",
    faults: refused(
      isUpload,
      403,
      ociError("DENIED", 'Permission "artifactregistry.repositories.uploadArtifacts" denied'),
    ),
  },
  {
    recipe: "acr.yml",
    code: "PUSH_DENIED",
    cause: "the application may only read",
    faults: refused(isUpload, 401, ociError("UNAUTHORIZED", "authentication required"), {
      "www-authenticate": INSUFFICIENT,
    }),
  },
  {
    recipe: "harbor.yml",
    code: "REPOSITORY_UNKNOWN",
    cause: "the project does not exist",
    words: "project ocm not found",
    faults: refused(isOfRepository, 401, ociError("UNAUTHORIZED", "project ocm not found")),
  },
  {
    recipe: "harbor.yml",
    code: "PUSH_DENIED",
    cause: "the robot may only pull",
    words: "allows pull, and not push",
    grants: ["pull"],
  },
  {
    recipe: "artifactory.yml",
    code: "REPOSITORY_UNKNOWN",
    cause: "the local repository does not exist",
    faults: refused(isUpload, 404, ociError("NAME_UNKNOWN", "Repository not found")),
  },
  {
    recipe: "artifactory.yml",
    code: "PUSH_DENIED",
    cause: "the user may not deploy",
    faults: refused(isUpload, 403, ociError("DENIED", "The requested access to the resource is denied")),
  },
  {
    recipe: "quay.yml",
    code: "PUSH_DENIED",
    cause: "the robot may not create repositories",
    words: "allows nothing, and not push",
    grants: [],
  },
  {
    recipe: "quay.yml",
    code: "INDEX_REFUSED",
    cause: "the registry takes no such index",
    words: "access-fallback",
    faults: () => [faults.indexRefused()],
  },
  {
    recipe: "gitlab.yml",
    code: "TOKEN_HOST_FOREIGN",
    cause: "the line has the host of the registry alone",
    words: "gitlab.corp.example@registry.gitlab.corp.example=user:password",
    differs: () => ({
      changed: (inputs) => ({ ...inputs, credentials: inputs.credentials?.replace(/^.*@/, "") ?? "" }),
    }),
  },
  {
    recipe: "gitlab.yml",
    code: "REGISTRY_REFUSED",
    cause: "the media types of OCM are not in the list of the registry",
    words: "MANIFEST_INVALID",
    faults: ({ image }) => [
      {
        when: ({ method, kind, reference }) => method === "PUT" && kind === "manifest" && reference !== image.digest,
        act: { kind: "respond", status: 400, body: ociError("MANIFEST_INVALID", "manifest invalid") },
      },
    ],
  },
  {
    recipe: "htpasswd.yml",
    code: "TLS_UNTRUSTED",
    cause: "the CA of the registry is not known",
    differs: async () => at((await startFakeRegistry({ tls: createAuthority().issue("127.0.0.1") })).host),
  },
  {
    recipe: "htpasswd.yml",
    code: "PLAIN_HTTP_REGISTRY",
    cause: "the registry has no TLS",
    differs: async () => at((await startRegistry({ kind: "docker-registry" })).host),
  },
];

const page = readFileSync(join(root, "docs/recipes/README.md"), "utf8");

describe.each(recipeNames)("the chapter of %s", (name) => {
  test("has the codes that are shown here, or of wrong and expired logins", () => {
    const chapter = page.split(/^## /m).find((part) => part.includes(`\n[${name}](${name})`)) ?? "";
    const named = [...chapter.matchAll(/\[`([A-Z_]+)`\]\(\.\.\/diagnosis\.md#/g)].map(([, code = ""]) => code);
    const shown = FAILURES.filter((failure) => failure.recipe === name).map(({ code }) => code);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((code) => code !== "CREDENTIALS_REFUSED").toSorted()).toEqual(shown.toSorted());
  });
});

withParts(["openssl", "docker-registry"], "a recipe", () => {
  test.each(FAILURES)("$recipe fails with $code where $cause", async (failure) => {
    const { recipe, code, words, grants, faults = () => [], differs } = failure;
    const vendor = vendorOf(recipe);
    const auth = { ...vendor.auth, ...(grants === undefined ? {} : { grants }) };
    const staged = await stage(recipe, { ...vendor, auth });
    staged.target.inject(...faults(staged));
    const results = await run(staged, { secret: SECRET, ...(await differs?.()) });
    const problem = problemOf(results);
    expect(problem).toMatchObject({ title: code });
    expect(problem?.message).toContain(words ?? code);
    expect(published(staged)).toEqual([]);
  });
});
