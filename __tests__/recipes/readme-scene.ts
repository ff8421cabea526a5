import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  addComponentVersion,
  addImage,
  type ComponentOptions,
  type ContentStore,
  imageResource,
} from "../../testing/content/content.ts";
import { makeCtf } from "../../testing/content/ctf.ts";
import { publicKeyPem, signed } from "../../testing/content/signed.ts";
import { type ProxyOptions, startProxy } from "../../testing/fakes/proxy.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";

export const PASSWORD = "of-the-robot";

export interface SceneOptions {
  /** Hosts that the proxy refuses. */
  readonly deny?: NonNullable<ProxyOptions["deny"]>;
  /** Base to which `ghcr.io` redirects for blobs. */
  readonly redirect?: string;
  /** What is changed in `acme.org/shop` after it was signed. */
  readonly changed?: Partial<ComponentOptions>;
}

/** The hosts, files and logins that the README is about, behind a proxy that alone knows the hosts. */
export async function scene({ deny = {}, redirect, changed }: SceneOptions = {}) {
  const authority = createAuthority();
  const source = await startFakeRegistry({
    tls: authority.issue("ghcr.io"),
    ...(redirect === undefined ? {} : { redirect }),
  });
  addShop(source, changed);
  const target = await startFakeRegistry({
    tls: authority.issue("registry.corp.example"),
    auth: { kind: "basic", user: "robot", password: PASSWORD },
  });
  const cluster = await startFakeRegistry();
  const image = addImage(cluster, "local/components/nginx", { tag: "1" });
  const pushed = imageResource("nginx", "localhost:9999/local/components/nginx:1", image);
  const first = { path: "local/components", name: "example.com/component-1", version: "0.1.0" };
  addComponentVersion(cluster, { ...first, resources: [pushed] });

  const proxy = await startProxy({
    deny,
    hosts: {
      "ghcr.io:443": source.host,
      "registry.corp.example:443": target.host,
      "cluster-registry.svc:80": cluster.host,
    },
  });
  const workspace = temporaryFolder();
  write(join(workspace, "keys/acme.pub.pem"), publicKeyPem);
  cpSync(makeCtf([{ id: "acme.org/tools:0.9.0" }, { id: "acme.org/shop:1.2.0" }]), join(workspace, "archive"), {
    recursive: true,
  });
  const home = temporaryFolder();
  const auth = Buffer.from(`robot:${PASSWORD}`).toString("base64");
  write(join(home, ".docker/config.json"), JSON.stringify({ auths: { "registry.corp.example": { auth } } }));
  return { authority, source, target, cluster, proxy, workspace, home };
}

export type Scene = Awaited<ReturnType<typeof scene>>;

function addShop(store: ContentStore, changed: Partial<ComponentOptions> = {}): void {
  const image = addImage(store, "acme/frontend", { tag: "1.4" });
  const resources = [imageResource("frontend", "ghcr.io/acme/frontend:1.4", image)];
  addComponentVersion(store, { ...signed({ path: "acme/ocm", version: "1.2.0", resources }), ...changed });
}

export function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
