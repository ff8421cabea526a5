import { classOfText } from "../net/address/address-class.ts";
import { isPrivateName } from "../net/address/address-policy.ts";

/** Whether a host (`name:port`) is on the runner's own machine, cluster or network, which proxies usually do not reach. */
export function isPrivateHost(host: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/\.$/, "").toLowerCase();
  const found = classOfText(name);
  if (found !== undefined) return found !== "public";
  // Kubernetes' services are known inside their cluster only.
  return isPrivateName(name) || name.endsWith(".svc");
}
