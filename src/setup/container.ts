import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Finding } from "../errors/finding.ts";
import { isLoopbackName } from "../proxy/ip.ts";
import type { ProxyUrl } from "../proxy/proxy-url.ts";
import type { Environment, ProxySettings } from "../proxy/settings.ts";

/** Files that Docker and Podman create in every container. */
const MARKS = ["/.dockerenv", "/run/.containerenv"];

/** How a process knows that it runs in a container; undefined where nothing shows it. `root` is for tests. */
export async function containerMark(environment: Environment, root = "/"): Promise<string | undefined> {
  // The runner sets this home in the containers of jobs and actions.
  if (environment.GITHUB_ACTIONS === "true" && environment.HOME === "/github/home") return "HOME is /github/home";
  for (const mark of MARKS) {
    const exists = await access(join(root, mark)).then(
      () => true,
      () => false,
    );
    if (exists) return `${mark} exists`;
  }
  const cgroup = await readFile(join(root, "/proc/1/cgroup"), "utf8").catch(() => "");
  return /docker|containerd|kubepods|libpod/.test(cgroup) ? "/proc/1/cgroup names one" : undefined;
}

/** A proxy on loopback, in a container: runners copy the variables of their host into the containers of jobs. */
export function loopbackFinding({ httpProxy, httpsProxy }: ProxySettings, mark: string | undefined): Finding[] {
  if (mark === undefined) return [];
  const isLocal = (proxy: ProxyUrl | undefined): proxy is ProxyUrl =>
    proxy !== undefined && isLoopbackName(proxy.hostname);
  const [proxy] = [httpsProxy, httpProxy].filter(isLocal);
  if (proxy === undefined) return [];
  return [
    {
      code: "PROXY_LOOPBACK",
      message: `The proxy ${proxy.display} (${proxy.from}) is on loopback, and this job runs in a container (${mark}): the address is the container itself, not the host that runs it.`,
      remedy:
        "If the proxy runs on the host, name the host in https-proxy and http-proxy of this job. If it runs in this container or pod, nothing is wrong.",
    },
  ];
}
