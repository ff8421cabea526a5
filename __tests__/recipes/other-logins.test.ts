import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { answering, helperProgram } from "../../testing/product/helper-program.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";
import {
  annotationsOf,
  loginsAt,
  nameOf,
  problemOf,
  published,
  type RunOptions,
  run,
  type Stage,
  stage,
  vendorOf,
  writesAt,
} from "./stage.ts";
import { SECRET } from "./vendors.ts";

afterEach(stopEverything);

const GUID = "00000000-0000-0000-0000-000000000000";
const base64 = (text: string) => Buffer.from(text).toString("base64");

type Login = Pick<RunOptions, "env" | "programs"> & { readonly credentials?: string };

/** A login of a vendor in another place than the recipe has it. */
interface Form {
  readonly recipe: string;
  readonly name: string;
  readonly user: string;
  /** Whether the secret is an identity token, exchanged by POST. */
  readonly isIdentityToken?: boolean;
  /** Brings the login of a host there. */
  readonly login: (host: string, secret: string) => Login;
}

/** A home with a configuration of Docker. */
function dockerConfig(config: object): Login {
  const home = temporaryFolder();
  write(join(home, ".docker/config.json"), config);
  return { env: { HOME: home } };
}

function write(path: string, content: object): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(content));
}

const FORMS: readonly Form[] = [
  {
    recipe: "ecr.yml",
    name: "the password of docker login in Docker's file",
    user: "AWS",
    login: (host, secret) => dockerConfig({ auths: { [`https://${host}`]: { auth: base64(`AWS:${secret}`) } } }),
  },
  {
    recipe: "gar.yml",
    name: "the credential helper of gcloud",
    user: "_dcgcloud_token",
    login: (host, secret) => ({
      ...dockerConfig({ credHelpers: { [host]: "gcloud" } }),
      programs: [helperProgram("gcloud", answering("_dcgcloud_token", secret)).folder],
    }),
  },
  {
    recipe: "gar.yml",
    name: "an access token in Docker's file",
    user: "oauth2accesstoken",
    login: (host, secret) => dockerConfig({ auths: { [host]: { auth: base64(`oauth2accesstoken:${secret}`) } } }),
  },
  {
    recipe: "acr.yml",
    name: "the identity token that az acr login leaves in Docker's file",
    user: GUID,
    isIdentityToken: true,
    login: (host, secret) => dockerConfig({ auths: { [host]: { auth: base64(`${GUID}:`), identitytoken: secret } } }),
  },
  {
    recipe: "acr.yml",
    name: "an identity token of a credential helper",
    user: "<token>",
    isIdentityToken: true,
    login: (host, secret) => ({
      ...dockerConfig({ credHelpers: { [host]: "acr-env" } }),
      programs: [helperProgram("acr-env", answering("<token>", secret)).folder],
    }),
  },
  {
    recipe: "harbor.yml",
    name: "a robot in DOCKER_AUTH_CONFIG",
    user: "robot$ocm+transfer",
    login: (host, secret) => {
      const auth = base64(`robot$ocm+transfer:${secret}`);
      return { env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [host]: { auth } } }) } };
    },
  },
  {
    recipe: "quay.yml",
    name: "a robot in Podman's file, for its organisation",
    user: "acme+transfer",
    login: (host, secret) => {
      const folder = temporaryFolder();
      const auth = base64(`acme+transfer:${secret}`);
      write(join(folder, "containers/auth.json"), { auths: { [`${host}/acme`]: { auth } } });
      return { env: { XDG_RUNTIME_DIR: folder } };
    },
  },
  {
    recipe: "gitlab.yml",
    name: "the token of a job of GitLab CI",
    user: "gitlab-ci-token",
    login: (host, secret) => ({ credentials: `gitlab.corp.example@${host}=gitlab-ci-token:${secret}` }),
  },
  {
    recipe: "ghcr.yml",
    name: "a personal access token for one organisation",
    user: "bot",
    login: (host, secret) => ({ credentials: `${host}/acme=bot:${secret}` }),
  },
];

/** A registry that accepts this form, and no other. */
function stageOf({ recipe, user, isIdentityToken = false }: Form): Promise<Stage> {
  const vendor = vendorOf(recipe);
  if (vendor.auth.kind !== "bearer") return stage(recipe);
  const accepted = isIdentityToken ? { users: {}, identityTokens: [SECRET] } : { users: { [user]: SECRET } };
  return stage(recipe, { ...vendor, auth: { ...vendor.auth, ...accepted } });
}

/** The recipe, with the login there instead of in its inputs. */
function runWith({ recipe, login }: Form, staged: Stage, secret: string, host = nameOf(staged.vendor.host)) {
  const { credentials, env, programs } = login(host, secret);
  return run(staged, {
    secret: recipe === "ghcr.yml" ? "" : SECRET,
    changed: ({ credentials: theirs = "", "registry-config": _, ...inputs }) => ({
      ...inputs,
      // The recipe for GHCR logs in at its source by this input.
      credentials: [recipe === "ghcr.yml" ? theirs : "", credentials ?? ""].join("\n"),
    }),
    ...(env === undefined ? {} : { env }),
    ...(programs === undefined ? {} : { programs }),
  });
}

withParts(["openssl"], "a login", () => {
  describe.each(FORMS)("for $recipe from $name", (form) => {
    test("transfers, with one scope for each token", async () => {
      const staged = await stageOf(form);
      const results = await runWith(form, staged, SECRET);
      expect(annotationsOf(results)).toEqual([]);
      expect(published(staged)).toEqual(["1.2.0"]);
      const { target, source } = staged;
      const { tokenRequests } = target;
      for (const { scopes } of tokenRequests) expect(scopes).toHaveLength(1);
      if (form.isIdentityToken === true) {
        expect(loginsAt(target)).toEqual([]);
        expect(new Set(tokenRequests.map(({ method, status }) => `${method} ${status}`))).toEqual(
          new Set(["POST 200"]),
        );
      } else {
        expect(loginsAt(target)).toEqual([expect.stringContaining(` ${form.user}:${SECRET}`)]);
      }
      expect(loginsAt(source).join()).not.toContain(SECRET);
    });

    test("fails with a wrong secret before anything is written", async () => {
      const staged = await stageOf(form);
      const problem = problemOf(await runWith(form, staged, "wrong"));
      expect(problem).toMatchObject({ title: "CREDENTIALS_REFUSED" });
      expect(writesAt(staged)).toEqual([]);
    });

    test("is not used for another host", async () => {
      const staged = await stageOf(form);
      const problem = problemOf(await runWith(form, staged, SECRET, "other.example"));
      expect(problem?.message).toMatch(/no login for|got no credentials/);
      expect([...loginsAt(staged.target), ...loginsAt(staged.source)].join()).not.toContain(SECRET);
      expect(writesAt(staged)).toEqual([]);
    });

    test("fails when it expires during the transfer, and publishes nothing", async () => {
      const staged = await stageOf(form);
      const running = runWith(form, staged, SECRET);
      await staged.target.seen(({ kind, method }) => kind === "upload" && method === "PUT");
      staged.vendor.expire(staged.target);
      expect(problemOf(await running)).toMatchObject({ title: "CREDENTIALS_REFUSED" });
      expect(published(staged)).toEqual([]);
    });
  });
});
