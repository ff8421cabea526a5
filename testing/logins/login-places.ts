import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createHelpers } from "../../src/logins/credential-helper.ts";
import { createLogins, type Logins } from "../../src/logins/logins.ts";
import { type LoginInputs, readLogins } from "../../src/logins/read-logins.ts";
import { answering, helperProgram } from "../product/helper-program.ts";
import { temporaryFolder } from "../real/fixtures.ts";

/** A login as somebody has it. */
export interface Given {
  /** `host:port` */
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

/** Where a login may be: what it takes to write it there. */
export type Place = (given: Given, home: string) => Partial<LoginInputs> & { readonly env?: Record<string, string> };

const base64 = (text: string) => Buffer.from(text).toString("base64");
const authOf = ({ username, password }: Given) => base64(`${username}:${password}`);

export function write(path: string, content: string | object): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const consumer = ({ host }: Given, credential: object, more: object = {}) => {
  const [hostname, port] = host.split(":");
  const identity = { type: "OCIRegistry", hostname, port, ...more };
  return { type: "credentials.config.ocm.software", consumers: [{ identity, credentials: [credential] }] };
};

function withHelper(name: string, script: string, env: Record<string, string> = {}) {
  return { env: { PATH: helperProgram(name, script).folder, ...env } };
}

/** Places of user and password. */
export const PASSWORD_PLACES: Readonly<Record<string, Place>> = {
  "the input credentials": ({ host, username, password }) => ({ credentials: [`${host}=${username}:${password}`] }),
  "registry-config": (given, home) => ({
    registryConfig: write(join(home, "named.json"), {
      auths: { [`http://${given.host}/v2/`]: { auth: authOf(given) } },
    }),
  }),
  "docker's file": (given, home) => {
    write(join(home, ".docker/config.json"), { auths: { [given.host]: { auth: authOf(given) } } });
    return {};
  },
  DOCKER_AUTH_CONFIG: (given) => ({
    env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [given.host]: { auth: authOf(given) } } }) },
  }),
  "podman's file, for a namespace": (given, home) => {
    write(join(home, "run/containers/auth.json"), { auths: { [`${given.host}/team`]: { auth: authOf(given) } } });
    return { env: { XDG_RUNTIME_DIR: join(home, "run") } };
  },
  "an OCM configuration of v1": (given, home) => {
    const { username, password } = given;
    const credential = { type: "Credentials", properties: { username, password } };
    write(join(home, ".ocmconfig"), consumer(given, credential, { pathprefix: "team" }));
    return {};
  },
  "an OCM configuration of v2": (given, home) => {
    const { username, password } = given;
    const credential = { type: "OCICredentials/v1", username, password };
    return { ocmConfig: write(join(home, "ocm.json"), consumer(given, credential, { path: "te*" })) };
  },
  "a docker configuration in an OCM configuration": (given, home) => {
    const dockerConfig = JSON.stringify({ auths: { [given.host]: { auth: authOf(given) } } });
    const repository = { type: "DockerConfig/v1", dockerConfig };
    write(join(home, ".ocmconfig"), { type: "credentials.config.ocm.software", repositories: [{ repository }] });
    return {};
  },
  "a helper for the host": (given, home) => {
    write(join(home, ".docker/config.json"), { credHelpers: { [given.host]: "test" } });
    return withHelper("test", answering(given.username, given.password));
  },
  "a helper for all hosts": (given, home) => {
    write(join(home, ".docker/config.json"), { auths: { [given.host]: {} }, credsStore: "test" });
    return withHelper("test", answering(given.username, given.password));
  },
};

/** Places of an identity token, which is the password that is given. */
export const IDENTITY_PLACES: Readonly<Record<string, Place>> = {
  "docker's file": ({ host, password }, home) => {
    const auth = base64("00000000-0000-0000-0000-000000000000:");
    write(join(home, ".docker/config.json"), { auths: { [host]: { auth, identitytoken: password } } });
    return {};
  },
  "a helper": ({ host, password }, home) => {
    write(join(home, ".docker/config.json"), { credHelpers: { [host]: "test" } });
    return withHelper("test", answering("<token>", password));
  },
  "an OCM configuration of v1": (given, home) => {
    const credential = { type: "Credentials", properties: { identityToken: given.password } };
    write(join(home, ".ocmconfig"), consumer(given, credential));
    return {};
  },
  "an OCM configuration of v2": (given, home) => {
    const credential = { type: "OCICredentials/v1", refreshToken: given.password };
    write(join(home, ".ocmconfig"), consumer(given, credential));
    return {};
  },
};

/** Places of a bearer token for the registry, which is the password that is given. */
export const BEARER_PLACES: Readonly<Record<string, Place>> = {
  "docker's file": ({ host, password }, home) => {
    write(join(home, ".docker/config.json"), { auths: { [host]: { registrytoken: password } } });
    return {};
  },
  "an OCM configuration of v2": (given, home) => {
    const credential = { type: "OCICredentials/v1", accessToken: given.password };
    write(join(home, ".ocmconfig"), consumer(given, credential));
    return {};
  },
};

/** The logins of a run whose home has this one at its place. */
export async function loginsAt(place: Place, given: Given): Promise<Logins> {
  const home = temporaryFolder();
  const { env = {}, ...inputs } = place(given, home);
  const environment = { HOME: home, PATH: "/usr/bin:/bin", ...env };
  const read = await readLogins(
    { credentials: [], registryConfig: "", ocmConfig: "", githubToken: "", ...inputs },
    environment,
  );
  const askHelper = createHelpers({ environment, proxyVariables: {}, isInCheckout: async () => false });
  return createLogins({ sources: read.sources, askHelper });
}
