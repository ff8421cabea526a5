import type { FakeRegistry } from "../../testing/fakes/registry.ts";
import type { Auth } from "../../testing/fakes/registry-authorization.ts";
import { ociError } from "../../testing/fakes/registry-faults.ts";

/** The login that a registry accepts, in the form that its operator documents. */
export interface Vendor {
  /** `host:port` of the target. */
  readonly host: string;
  /** Path of the target. */
  readonly path: string;
  readonly user: string;
  /** Expression with the secret; undefined where a program or the job has it. */
  readonly secret: string | undefined;
  /** The source of the login, as messages name it. */
  readonly secretFrom: string;
  /** Host of a token server of another name. */
  readonly tokenHost?: string;
  readonly auth: Auth;
  /** The answers once the login has expired. */
  expire(registry: FakeRegistry): void;
}

export const SECRET = "qZ7-secret-of-the-target";

const EXPIRED = "Your authorization token has expired. Reauthenticate and try again.";

interface TokenVendor {
  readonly host: string;
  readonly path: string;
  readonly user: string;
  readonly secret: string | undefined;
  readonly tokenHost?: string;
  /** Path of the realm of the challenge. */
  readonly tokenPath: string;
  readonly service: string;
}

/** Distribution, spec/auth/token.md: user and password by Basic at the token server. */
function byToken({ host, path, user, secret, tokenHost, tokenPath, service }: TokenVendor): Vendor {
  const secretFrom = host === "ghcr.io:443" ? "input github-token" : "input credentials, line 1";
  const realm = `https://${tokenHost ?? host.replace(/:443$/, "")}${tokenPath}`;
  return {
    host,
    path,
    user,
    secret,
    secretFrom,
    ...(tokenHost === undefined ? {} : { tokenHost }),
    auth: { kind: "bearer", anonymous: "nothing", users: { [user]: SECRET }, realm, tokenPath, service },
    expire(registry) {
      const act = { kind: "respond", status: 401, body: ociError("UNAUTHORIZED", EXPIRED) } as const;
      registry.inject({ when: ({ kind }) => kind === "token", act });
      registry.expireTokens();
    },
  };
}

/** Basic at the registry itself; once it has expired, each request is answered so. */
function byBasic(vendor: Omit<Vendor, "auth" | "expire">, auth: Auth, status: number): Vendor {
  const act = { kind: "respond", status, body: ociError(status === 403 ? "DENIED" : "UNAUTHORIZED", EXPIRED) } as const;
  const challenge = { "www-authenticate": 'Basic realm="registry"' };
  return {
    ...vendor,
    auth,
    expire: (registry) =>
      registry.inject({ when: () => true, act: status === 401 ? { ...act, headers: challenge } : act }),
  };
}

/** By the name of the recipe. Made for each test: an expired login stays expired. */
export const VENDORS: Readonly<Record<string, () => Vendor>> = {
  "acr.yml": () =>
    byToken({
      host: "acme.azurecr.io:443",
      path: "ocm",
      user: "00000000-0000-0000-0000-000000000000",
      secret: undefined,
      tokenPath: "/oauth2/token",
      service: "acme.azurecr.io",
    }),
  "artifactory.yml": () =>
    byToken({
      host: "artifactory.corp.example:443",
      path: "ocm-local",
      user: "transfer",
      secret: "secrets.ARTIFACTORY_IDENTITY_TOKEN",
      tokenPath: "/artifactory/api/docker/ocm-local/v2/token",
      service: "artifactory.corp.example",
    }),
  "ecr.yml": () => {
    const host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
    const challenge = `Basic realm="https://${host}/",service="ecr.amazonaws.com"`;
    const auth: Auth = { kind: "basic", user: "AWS", password: SECRET, challenge };
    return byBasic(
      { host: `${host}:443`, path: "ocm", user: "AWS", secret: undefined, secretFrom: "docker-credential-ecr-login" },
      auth,
      403,
    );
  },
  "gar.yml": () =>
    byToken({
      host: "europe-docker.pkg.dev:443",
      path: "acme-prod/ocm",
      user: "oauth2accesstoken",
      secret: "steps.google.outputs.access_token",
      tokenPath: "/v2/token",
      service: "europe-docker.pkg.dev",
    }),
  "ghcr.yml": () =>
    byToken({
      host: "ghcr.io:443",
      path: "acme/ocm",
      user: "ada",
      secret: undefined,
      tokenPath: "/token",
      service: "ghcr.io",
    }),
  "gitlab.yml": () =>
    byToken({
      host: "registry.gitlab.corp.example:443",
      path: "platform/ocm",
      user: "gitlab+deploy-token-1",
      secret: "secrets.GITLAB_DEPLOY_TOKEN",
      tokenHost: "gitlab.corp.example",
      tokenPath: "/jwt/auth",
      service: "container_registry",
    }),
  "harbor.yml": () =>
    byToken({
      host: "harbor.corp.example:443",
      path: "ocm",
      user: "robot$ocm+transfer",
      secret: "secrets.HARBOR_ROBOT_SECRET",
      tokenPath: "/service/token",
      service: "harbor-registry",
    }),
  "htpasswd.yml": () => {
    const auth: Auth = { kind: "basic", user: "transfer", password: SECRET };
    const secret = "secrets.REGISTRY_PASSWORD";
    return byBasic(
      {
        host: "registry.corp.example:5000",
        path: "ocm",
        user: "transfer",
        secret,
        secretFrom: "input credentials, line 1",
      },
      auth,
      401,
    );
  },
  "quay.yml": () =>
    byToken({
      host: "quay.io:443",
      path: "acme",
      user: "acme+transfer",
      secret: "secrets.QUAY_ROBOT_TOKEN",
      tokenPath: "/v2/auth",
      service: "quay.io",
    }),
};
