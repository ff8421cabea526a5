import { request } from "node:http";
import { httpServer, listen } from "../testing/real/listening.ts";
import { directly } from "./network.ts";
import type { ReadOptions } from "./reader.ts";

export const CLUSTER_NAME = "cluster-registry.svc";
export const CLUSTER_PATH = "apps/mirror";

/** A cluster in which the repositories below `path` of a registry are served under another host name and another prefix. */
export async function startCluster(registryPort: number, path: string): Promise<ReadOptions> {
  const server = httpServer(({ method, url = "", headers }, response) => {
    const [, rest] = url.match(new RegExp(`^/v2/${CLUSTER_PATH}/(.*)$`)) ?? [];
    if (headers.host !== CLUSTER_NAME || rest === undefined || method !== "GET") {
      response.writeHead(404).end();
      return;
    }
    const { accept = "*/*" } = headers;
    const place = { host: "127.0.0.1", port: registryPort, path: `/v2/${path}/${rest}` };
    request({ ...place, agent: false, headers: { accept } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    })
      .once("error", () => response.destroy())
      .end();
  });
  const { port } = await listen(server);
  return { way: directly({ [`${CLUSTER_NAME}:80`]: port }), origin: `http://${CLUSTER_NAME}`, path: CLUSTER_PATH };
}
