import { errorMessage } from "../errors/transfer-error.ts";
import { differingClients } from "../proxy/clients.ts";
import { parseGoUrl } from "../proxy/go-url.ts";
import { routeBefore, routeFor } from "../proxy/route.ts";
import type { ReadSettings } from "../proxy/settings.ts";
import type { Explanation } from "../report/results.ts";

/** The route of each URL, its rule, and the clients that decide differently; in the order of the URLs. */
export function explain(urls: readonly string[], settings: ReadSettings): readonly Explanation[] {
  return urls.map((url) => explainOne(url, settings));
}

function explainOne(url: string, { effective, found }: ReadSettings): Explanation {
  const common = { url: withoutPassword(url), before: routeBefore(url, found) };
  try {
    const route = routeFor(url, effective);
    const proxy = route.via === "proxy" ? route.proxy.display : "";
    return { ...common, via: route.via, proxy, rule: route.rule, differs: differingClients(url, route.via, effective) };
  } catch (error) {
    return { ...common, via: "error", proxy: "", rule: errorMessage(error), differs: [] };
  }
}

/** The URL as asked, but for what may be a password. Where there is no host for sure that is everything before the last @. */
function withoutPassword(url: string): string {
  const parsed = parseGoUrl(url);
  if ("problem" in parsed || parsed.host === "") return url.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)?.*@/s, "$1***@");
  return url.replace(/^([^/?#]*\/\/)([^/?#:]*)(:[^/?#]*)?@/, (_, scheme: string, user: string, password?: string) =>
    password === undefined ? `${scheme}***@` : `${scheme}${user}:***@`,
  );
}
