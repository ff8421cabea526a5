import type { Credential, LoginProvider, LoginRequest } from "../stores/registry/auth/credentials.ts";
import { printable } from "../text/redact.ts";
import type { AskHelper } from "./credential-helper.ts";
import { boundLogins, describePattern, type Login, matchingLogins, splitHost } from "./login.ts";

/** One place that logins were looked for in. */
export interface LoginSource {
  /** As messages name it: `input credentials`, a path, a variable. */
  readonly name: string;
  readonly state: "found" | "absent" | "ignored";
  readonly logins: readonly Login[];
}

/** Which source a host got its login from. */
export interface LoginUse {
  readonly host: string;
  readonly from: string;
}

/** The logins of a run. Credential helpers are asked once for a host, and only for hosts that ask for a login. */
export interface Logins extends LoginProvider {
  uses(): readonly LoginUse[];
}

export interface LoginsOptions {
  /** In order of precedence. */
  readonly sources: readonly LoginSource[];
  readonly askHelper: AskHelper;
  /** Called with a credential before it is used for the first time. */
  readonly onCredential?: ((credential: Credential) => void) | undefined;
}

const MAX_NAMED = 5;

export function createLogins({ sources, askHelper, onCredential }: LoginsOptions): Logins {
  const all = sources.flatMap(({ logins }) => logins);
  /** By what was asked. */
  const used = new Map<string, { readonly host: string; readonly credential: Credential }>();
  const answers = new Map<string, Promise<Credential | undefined>>();

  async function askedOnce(helper: string, asked: LoginRequest): Promise<Credential | undefined> {
    const server = serverOf(asked);
    const key = JSON.stringify([helper, server]);
    const asking = answers.get(key) ?? askHelper(helper, server);
    answers.set(key, asking);
    const credential = await asking;
    if (credential !== undefined) onCredential?.(credential);
    return credential;
  }

  function remember(asked: LoginRequest, credential: Credential | undefined): Credential | undefined {
    if (credential !== undefined) used.set(keyOf(asked), { host: asked.host, credential });
    return credential;
  }

  return {
    async find(asked) {
      for (const login of candidates(all, asked)) {
        const credential = "helper" in login ? await askedOnce(login.helper, asked) : login.credential;
        if (credential !== undefined) return remember(asked, credential);
      }
      return undefined;
    },
    bound(realm, asked) {
      const [login] = boundLogins(all, realm, asked);
      return remember(asked, login !== undefined && "credential" in login ? login.credential : undefined);
    },
    explain(asked) {
      const sent = used.get(keyOf(asked));
      if (sent !== undefined) return describeUse(sent.host, sent.credential);
      const absent = sources.filter(({ state }) => state === "absent").map(({ name }) => name);
      const places = [
        ...sources.filter(({ state }) => state !== "absent").map((source) => describeSource(source, asked)),
        ...(absent.length === 0 ? [] : [`not there: ${absent.join(", ")}`]),
      ];
      return `no login for ${describeLoginRequest(asked)}: ${places.join("; ")}`;
    },
    uses: () => {
      const uses = [...used.values()].map(({ host, credential }) => ({ host, from: credential.from }));
      return [...new Map(uses.map((use) => [`${use.host}\n${use.from}`, use])).values()];
    },
  };
}

function keyOf({ consumer, host, path }: LoginRequest): string {
  return JSON.stringify([consumer, host, path]);
}

/** The value of a secret that does not exist is the empty string. */
function describeUse(host: string, { from, password, identityToken, accessToken }: Credential): string {
  const isEmpty = password === "" && identityToken === undefined && accessToken === undefined;
  return `the login for ${host} is from ${from}${isEmpty ? ", and the password is empty: is its secret set?" : ""}`;
}

/** What the runner gave by itself counts only where nobody gave anything. */
function candidates(logins: readonly Login[], asked: LoginRequest): readonly Login[] {
  const matching = matchingLogins(logins, asked);
  const isAmbient = (login: Login) => "credential" in login && login.credential.isAmbient === true;
  return [...matching.filter((login) => !isAmbient(login)), ...matching.filter(isAmbient)];
}

/** Docker asks for Docker Hub by the URL that it had at first (docker/cli, getAuthConfigKey). */
function serverOf({ host }: LoginRequest): string {
  return splitHost(host).host === "docker.io" ? "https://index.docker.io/v1/" : host;
}

function describeLoginRequest({ host, path }: LoginRequest): string {
  return path === "" ? host : `${host}/${path}`;
}

function describeSource({ name, state, logins }: LoginSource, asked: LoginRequest): string {
  if (state === "ignored") return `${name} lies in the checkout and is not read`;
  const held = logins.filter(({ consumer }) => consumer === asked.consumer);
  const asking = held.filter((login) => "helper" in login && matchingLogins([login], asked).length > 0);
  const helpers = asking.flatMap((login) => ("helper" in login ? [`docker-credential-${login.helper}`] : []));
  if (helpers.length > 0) return `${[...new Set(helpers)].join(", ")} (named in ${name}) knows none`;
  const describe = (login: Login) => printable(describePattern(login), 120);
  const patterns = [...new Set(held.filter(({ host }) => host !== "*").map(describe))];
  if (patterns.length === 0) return `${name} holds none`;
  // Those of the same host are what a user mistook for this one.
  const { host } = splitHost(asked.host);
  const related = held.filter((login) => login.host === host);
  const named = (related.length > 0 ? [...new Set(related.map(describe))] : patterns).slice(0, MAX_NAMED);
  const more = related.length === 0 && patterns.length > MAX_NAMED ? ` and ${patterns.length - MAX_NAMED} more` : "";
  const wanted = related.some(({ path }) => path !== "") ? describeLoginRequest(asked) : asked.host;
  return `${name} holds a login for ${named.join(", ")}${more}, not for ${wanted}`;
}
