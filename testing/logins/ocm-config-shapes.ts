/** Where the configurations are tried: a registry with a login for one user. */
export interface Place {
  readonly hostname: string;
  readonly port: string;
  readonly user: string;
  readonly password: string;
  /** A docker configuration with the login. */
  readonly dockerFile: string;
}

/** Who may log in with a configuration: the generations of the OCM CLI, and this action. */
export type Client = "v1" | "v2" | "action";

/** One way to write a configuration. */
export interface Shape {
  readonly name: string;
  readonly config: (place: Place) => string;
  /** Observed with releases of 2026. */
  readonly logsIn: readonly Client[];
  /** Why this action logs in where neither of the CLIs does, or does not where one does. */
  readonly differs?: string;
}

type Fields = Readonly<Record<string, unknown>>;

const CREDENTIALS = "credentials.config.ocm.software";
const generic = (...configurations: readonly Fields[]) =>
  JSON.stringify({ type: "generic.config.ocm.software/v1", configurations });
const consumers = (...list: readonly Fields[]) => generic({ type: CREDENTIALS, consumers: list });
const direct = (username: string, password: string, type = "Credentials") => ({
  type,
  properties: { username, password },
});
const right = ({ user, password }: Place, type?: string) => direct(user, password, type);
const wrong = ({ user }: Place) => direct(user, "wrong");
const at = ({ hostname, port }: Place, more: Fields = {}) => ({ type: "OCIRegistry", hostname, port, ...more });
export const docker = ({ hostname, port, user, password }: Place) => ({
  auths: { [`${hostname}:${port}`]: { auth: Buffer.from(`${user}:${password}`).toString("base64") } },
});
const consumer = (identity: Fields, ...credentials: readonly Fields[]) => ({ identity, credentials });

/** One consumer with the right credentials, at an identity. */
const withIdentity = (identity: (place: Place) => Fields) => (place: Place) =>
  consumers(consumer(identity(place), right(place)));
/** One consumer at the place itself. */
const withCredentials = (credentials: (place: Place) => readonly Fields[]) => (place: Place) =>
  consumers(consumer(at(place), ...credentials(place)));
const withRepository = (repository: (place: Place) => Fields) => (place: Place) =>
  generic({ type: CREDENTIALS, repositories: [{ repository: repository(place) }] });

/** The repository that is read is `components/component-descriptors/example.org/shop`, in plain HTTP. */
export const SHAPES: readonly Shape[] = [
  { name: "host and port", config: withIdentity(at), logsIn: ["v1", "v2", "action"] },
  { name: "the host alone", config: withIdentity((place) => at(place, { port: undefined })), logsIn: ["v1", "action"] },
  {
    name: "the port as a number",
    config: withIdentity((place) => at(place, { port: Number(place.port) })),
    logsIn: ["v1", "action"],
  },
  { name: "another port", config: withIdentity((place) => at(place, { port: "1" })), logsIn: [] },
  {
    name: "host and port in one",
    config: withIdentity((place) => at(place, { hostname: `${place.hostname}:${place.port}`, port: undefined })),
    logsIn: [],
  },
  {
    name: "no host",
    config: withIdentity(() => ({ type: "OCIRegistry" })),
    logsIn: ["v1"],
    differs: "v1 sends it to every registry",
  },
  {
    name: "a versioned type",
    config: withIdentity((place) => at(place, { type: "OCIRegistry/v1" })),
    logsIn: ["action"],
    differs: "the documentation of v2 has this spelling",
  },
  {
    name: "a chart repository",
    config: withIdentity((place) => at(place, { type: "HelmChartRepository" })),
    logsIn: [],
  },
  {
    name: "the scheme http",
    config: withIdentity((place) => at(place, { scheme: "http" })),
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "the scheme https",
    config: withIdentity((place) => at(place, { scheme: "https" })),
    logsIn: ["v1"],
    differs: "v1 ignores the scheme",
  },
  {
    name: "the path prefix",
    config: withIdentity((place) => at(place, { pathprefix: "components" })),
    logsIn: ["v1", "action"],
  },
  { name: "another path prefix", config: withIdentity((place) => at(place, { pathprefix: "other" })), logsIn: [] },
  {
    name: "half a segment as path prefix",
    config: withIdentity((place) => at(place, { pathprefix: "compo" })),
    logsIn: [],
  },
  {
    name: "the path",
    config: withIdentity((place) => at(place, { path: "components" })),
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "a glob of the path",
    config: withIdentity((place) => at(place, { path: "comp*" })),
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "a glob of one segment more",
    config: withIdentity((place) => at(place, { path: "components/*" })),
    logsIn: ["v1", "action"],
  },
  {
    name: "another path",
    config: withIdentity((place) => at(place, { path: "other" })),
    logsIn: ["v1"],
    differs: "v1 ignores the path",
  },
  {
    name: "a list of identities",
    config: (place) => consumers({ identities: [at(place, { port: "1" }), at(place)], credentials: [right(place)] }),
    logsIn: ["v2", "action"],
  },
  {
    name: "Credentials/v1",
    config: withCredentials((place) => [right(place, "Credentials/v1")]),
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "DirectCredentials/v1",
    config: withCredentials((place) => [right(place, "DirectCredentials/v1")]),
    logsIn: ["v2", "action"],
  },
  {
    name: "OCICredentials/v1",
    config: withCredentials(({ user, password }) => [{ type: "OCICredentials/v1", username: user, password }]),
    logsIn: ["v2", "action"],
  },
  {
    name: "an unknown type before",
    config: withCredentials((place) => [{ type: "Unknown/v1" }, right(place)]),
    logsIn: ["v2", "action"],
  },
  {
    name: "the wrong credentials before",
    config: withCredentials((place) => [wrong(place), right(place)]),
    logsIn: ["v2"],
    differs: "the first ones are used, as in v1; v2 uses the last",
  },
  {
    name: "the wrong credentials after",
    config: withCredentials((place) => [right(place), wrong(place)]),
    logsIn: ["v1", "action"],
  },
  {
    name: "the same consumer wrong before",
    config: (place) => consumers(consumer(at(place), wrong(place)), consumer(at(place), right(place))),
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "the same consumer wrong after",
    config: (place) => consumers(consumer(at(place), right(place)), consumer(at(place), wrong(place))),
    logsIn: [],
  },
  {
    name: "without port, wrong",
    config: (place) =>
      consumers(consumer(at(place), right(place)), consumer(at(place, { port: undefined }), wrong(place))),
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "without path prefix, wrong",
    config: (place) =>
      consumers(consumer(at(place), wrong(place)), consumer(at(place, { pathprefix: "components" }), right(place))),
    logsIn: ["v1", "action"],
  },
  {
    name: "a docker configuration as text",
    config: withRepository((place) => ({ type: "DockerConfig/v1", dockerConfig: JSON.stringify(docker(place)) })),
    logsIn: ["v2", "action"],
  },
  {
    name: "a docker configuration as a mapping",
    config: withRepository((place) => ({ type: "DockerConfig/v1", dockerConfig: docker(place) })),
    logsIn: ["v1", "action"],
  },
  {
    name: "a docker configuration next to a wrong consumer",
    config: (place) =>
      generic({
        type: CREDENTIALS,
        consumers: [consumer(at(place), wrong(place))],
        repositories: [{ repository: { type: "DockerConfig/v1", dockerConfig: JSON.stringify(docker(place)) } }],
      }),
    logsIn: [],
  },
  {
    name: "a nested generic document",
    config: (place) => generic(JSON.parse(withIdentity(at)(place))),
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "a document of credentials alone",
    config: (place) => JSON.stringify({ type: CREDENTIALS, consumers: [consumer(at(place), right(place))] }),
    logsIn: ["v1", "action"],
  },
  {
    name: "two documents of credentials, wrong before",
    config: (place) =>
      generic(
        { type: CREDENTIALS, consumers: [consumer(at(place), wrong(place))] },
        { type: `${CREDENTIALS}/v1`, consumers: [consumer(at(place), right(place))] },
      ),
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "the identity token of a user",
    config: withCredentials(({ user, password }) => [
      { type: "Credentials", properties: { username: user, identityToken: password } },
    ]),
    logsIn: ["v1", "action"],
  },
  {
    name: "a password without user",
    config: withCredentials(({ password }) => [{ type: "Credentials", properties: { password } }]),
    logsIn: [],
  },
  {
    name: "a docker configuration in a file",
    config: withRepository(({ dockerFile }) => ({ type: "DockerConfig/v1", dockerConfigFile: dockerFile })),
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "a docker configuration in a file, without consumers",
    config: withRepository(({ dockerFile }) => ({
      type: "DockerConfig/v1",
      dockerConfigFile: dockerFile,
      propagateConsumerIdentity: false,
    })),
    logsIn: ["v2", "action"],
  },
  {
    name: "a docker configuration of an unversioned type",
    config: withRepository(({ dockerFile }) => ({ type: "DockerConfig", dockerConfigFile: dockerFile })),
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "a missing docker configuration next to a consumer",
    config: (place) =>
      generic({
        type: CREDENTIALS,
        consumers: [consumer(at(place), right(place))],
        repositories: [{ repository: { type: "DockerConfig/v1", dockerConfigFile: "/nowhere/config.json" } }],
      }),
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "another repository of credentials next to a consumer",
    config: (place) =>
      generic({
        type: CREDENTIALS,
        consumers: [consumer(at(place), right(place))],
        repositories: [{ repository: { type: "HashiCorpVault/v1alpha1", serverURL: "http://127.0.0.1:1" } }],
      }),
    logsIn: ["v1", "action"],
  },
  {
    name: "documents of other types around",
    config: (place) =>
      generic(
        { type: "attributes.config.ocm.software", attributes: {} },
        { type: CREDENTIALS, consumers: [consumer(at(place), right(place))] },
        { type: "unknown.config.acme.org/v1" },
      ),
    logsIn: ["v2", "action"],
  },
  {
    name: "YAML with comments and an anchor",
    config: (place) =>
      `# comment\ntype: generic.config.ocm.software/v1\nconfigurations:\n  - type: ${CREDENTIALS}\n    consumers:\n      - identity: &at { type: OCIRegistry, hostname: ${place.hostname}, port: "${place.port}" }\n        credentials: [{ type: Credentials, properties: { username: ${place.user}, password: ${place.password} } }]\n      - identity: *at\n        credentials: [{ type: Credentials, properties: { username: ${place.user}, password: ${place.password} } }]\n`,
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "an unversioned generic type",
    config: (place) => withIdentity(at)(place).replace("generic.config.ocm.software/v1", "generic.config.ocm.software"),
    logsIn: ["v1", "v2", "action"],
  },
  {
    name: "a second YAML document",
    config: (place) => `${withIdentity(at)(place)}\n---\n${consumers(consumer(at(place), wrong(place)))}\n`,
    logsIn: ["v2"],
    differs: "v1 refuses it, v2 ignores the second one",
  },
  { name: "a byte order mark", config: (place) => `\uFEFF${withIdentity(at)(place)}`, logsIn: ["v1", "v2", "action"] },
  {
    name: "null consumers",
    config: (place) =>
      generic(
        { type: CREDENTIALS, consumers: null },
        { type: CREDENTIALS, consumers: [consumer(at(place), right(place))] },
      ),
    logsIn: ["v1", "v2", "action"],
  },
];
