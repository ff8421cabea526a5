import { isPrivateName, isPublic } from "../http/reach.ts";
import { parseIp } from "../proxy/ip.ts";

/** Whether a host (`name:port`) lies where a proxy usually does not lead: the runner's own machine, cluster or network. */
export function isPrivateHost(host: string): boolean {
  const name = host.replace(/:\d+$/, "");
  const isAddress = parseIp(name.replace(/^\[(.*)\]$/, "$1")) !== undefined;
  if (isAddress) return !isPublic(name);
  const plain = name.replace(/\.$/, "").toLowerCase();
  // Kubernetes' services are known inside their cluster only.
  return isPrivateName(plain) || plain.endsWith(".svc");
}
