import { actionsHttpClient } from "./clients/actions-http-client.ts";
import { type Client, type ClientSettings, clientTarget, viaOf } from "./clients/client.ts";
import { curl7, curl8 } from "./clients/curl.ts";
import { githubRunner } from "./clients/github-runner.ts";
import { java } from "./clients/java.ts";
import { nodeHttp } from "./clients/node-http.ts";
import { proxyFromEnv } from "./clients/proxy-from-env.ts";
import { pythonRequests, pythonUrllib } from "./clients/python.ts";
import { reqwest } from "./clients/reqwest.ts";
import { nodeFetch, undici6, undici7, undici8 } from "./clients/undici.ts";
import { exportedNoProxy } from "./export.ts";
import type { ProxySettings } from "./settings.ts";

/** Clients other than Go's that are likely to run in a job, as of November 2026. */
export const CLIENTS: readonly Client[] = [
  curl7,
  curl8,
  undici6,
  undici7,
  undici8,
  actionsHttpClient,
  nodeHttp,
  nodeFetch,
  proxyFromEnv,
  pythonUrllib,
  pythonRequests,
  java,
  reqwest,
  githubRunner,
];

export interface Difference {
  readonly client: string;
  readonly via: "direct" | "proxy";
}

/** The clients whose route under the exported settings differs from Go's. */
export function differingClients(url: string, go: "direct" | "proxy", settings: ProxySettings): readonly Difference[] {
  const target = clientTarget(url);
  if (target === undefined) return [];
  const exported: ClientSettings = {
    httpProxy: settings.httpProxy !== undefined,
    httpsProxy: settings.httpsProxy !== undefined,
    noProxy: exportedNoProxy(settings),
  };
  return CLIENTS.map((client) => ({ client: client.name, via: viaOf(client, target, exported) })).filter(
    ({ via }) => via !== go,
  );
}
