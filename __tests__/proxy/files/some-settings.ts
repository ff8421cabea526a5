import {
  type ProxySettings,
  type ReadSettings,
  readSettings,
  type SettingsSources,
} from "../../../src/proxy/settings.ts";

/** What a run goes by that has these inputs, and nothing in its environment. */
export function settingsOf(inputs: SettingsSources["inputs"]): ProxySettings {
  return readSettings({ inputs, environment: {} }).effective;
}

/** With all that is hard to write down: a password of signs, an address, a network, a port, loopback. */
export const full: ProxySettings = settingsOf({
  httpProxy: "http://[2001:db8::5]:3128",
  httpsProxy: "http://robot:p%27%23%24%22%5C%60@proxy.corp:8080",
  noProxy: ".corp,example.org:8443,10.0.0.0/8,2001:db8::/32",
});

/** What a file says, as the run that reads it understands it. */
export function readBack(config: SettingsSources["config"]): ReadSettings {
  return readSettings({ config, environment: {} });
}

/** What decides, without where it came from. */
export function outline({ httpProxy, httpsProxy, noProxy }: ProxySettings) {
  return { http: httpProxy?.href, https: httpsProxy?.href, noProxy: noProxy.map(({ entry }) => entry) };
}
