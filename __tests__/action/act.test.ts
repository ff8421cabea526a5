import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { componentDigests } from "../../testing/fixtures/ocm/digests.ts";
import { type ActResult, repositoryWith, runAct } from "../../testing/real/act.ts";
import { type Estate, mainJob, startEstate } from "../../testing/real/estate.ts";
import { withParts } from "../../testing/real/parts.ts";
import { type RealRegistry, startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { readDescriptor, tagsOf } from "./registry-reader.ts";

const PROJECT = ["action.yml", "dist", ".github"];
const PREFIX = "moved/here/component-descriptors";
const VERSIONS = Object.entries(componentDigests).map(([id, digest]) => {
  const [component = "", version = ""] = id.split(":");
  return { component, version, digest };
});

async function expectArrived(target: RealRegistry): Promise<void> {
  for (const { component, version, digest } of VERSIONS) {
    expect(await tagsOf(target.origin, `${PREFIX}/${component}`)).toEqual([version]);
    const descriptor = await readDescriptor(target.origin, `${PREFIX}/${component}`, version);
    expect(descriptor.signatures[0].digest.value).toBe(digest);
  }
}

function versionsIn(json: string | undefined): unknown {
  return JSON.parse(json ?? "[]").map(({ component, version, state }: Record<string, string>) => ({
    component,
    version,
    state,
  }));
}

const inState = (state: string) =>
  expect.arrayContaining(VERSIONS.map(({ component, version }) => ({ component, version, state })));

withParts(["act", "docker-registry", "squid"], "the example workflow under act", () => {
  let estate: Estate;
  let target: RealRegistry;
  let result: ActResult;
  beforeAll(async () => {
    estate = await startEstate("docker-registry");
    target = await startRegistry({ kind: "docker-registry" });
    const job = mainJob(estate, target);
    result = await runAct({
      repository: repositoryWith(PROJECT),
      workflow: "example.yml",
      event: "workflow_dispatch",
      inputs: { "component-versions": job["component-versions"] ?? "", target: job.target ?? "" },
      secrets: { HTTP_PROXY: estate.squid.url, HTTPS_PROXY: estate.squid.url },
    });
  });
  afterAll(stopEverything);

  test("moves the component versions, through the proxy only", async () => {
    expect(result).toMatchObject({ code: 0 });
    await expectArrived(target);
    const logged = new Set((await estate.squid.log()).map((request) => request.target));
    expect([...logged].sort()).toEqual(["cdn.example.test:8080", "source.example.test:5000"]);
  });

  test("sets outputs, writes the summary, and hands the images to the next step", () => {
    expect(versionsIn(result.outputs["component-versions"])).toEqual(inState("written"));
    expect(result.summary).toMatch(/^## ✅ transfer succeeded/);
    const images = JSON.parse(result.outputs.images ?? "");
    expect(Object.keys(images)).toContain("source.example.test:5000/images/legacy:0.9.0");
    expect(result.printed("transfer")).toContain(JSON.stringify(images));
  });

  test("fetches nothing from elsewhere", () => {
    expect(result.log).not.toContain("git clone");
  });
});

const USER = "runner";
const PASSWORD = "c0rrect-h0rse";

/** A workflow that calls the reusable one, and a job that reads what it gave. */
function caller(uses: string, given: Readonly<Record<string, string | boolean>>, secrets: readonly string[] = []) {
  const call = {
    uses,
    with: given,
    secrets: Object.fromEntries(
      secrets.map((name) => [name, `\${{ secrets.${name.toUpperCase().replace("-", "_")} }}`]),
    ),
  };
  const outputOf = (name: string) => `\${{ needs.call.outputs.${name} }}`;
  const after = {
    needs: "call",
    "runs-on": "ubuntu-latest",
    env: { VERSIONS: outputOf("component-versions"), HOSTS: outputOf("allow-list") },
    steps: [{ run: 'echo "versions=$VERSIONS"; echo "hosts=$HOSTS"' }],
  };
  // JSON is YAML.
  return JSON.stringify({ on: "push", jobs: { call, after } });
}

withParts(["act", "docker-registry", "squid"], "the reusable workflow under act", () => {
  let estate: Estate;
  let target: RealRegistry;
  beforeAll(async () => {
    estate = await startEstate("docker-registry", { users: { [USER]: PASSWORD } });
    target = await startRegistry({ kind: "docker-registry" });
  });
  afterAll(stopEverything);

  const wanted = (to = target) => {
    const { "component-versions": versions = "", target: repository = "" } = mainJob(estate, to);
    return { "component-versions": versions, target: repository, recursive: true };
  };
  const proxyWithPassword = () => estate.squid.url.replace("//", `//${USER}:${PASSWORD}@`);
  const call = (workflow: string, secrets: Readonly<Record<string, string>> = {}) =>
    runAct({
      repository: repositoryWith(PROJECT, { ".github/workflows/caller.yml": workflow }),
      workflow: "caller.yml",
      event: "push",
      secrets,
    });

  test("takes a list of labels, switches as true and false, and a proxy as input where it has no password", async () => {
    const open = await startEstate("docker-registry");
    const untouched = await startRegistry({ kind: "docker-registry" });
    const given = {
      ...wanted(untouched),
      "runs-on": JSON.stringify(["ubuntu-latest"]),
      "dry-run": true,
      "http-proxy": open.squid.url,
    };
    const result = await call(caller("./.github/workflows/transfer.yml", given));
    expect(result).toMatchObject({ code: 0 });
    expect(versionsIn(result.outputs["component-versions"])).toEqual(inState("planned"));
    expect((await untouched.requests()).filter(({ method }) => !/^(GET|HEAD)$/.test(method))).toEqual([]);
  });

  test("moves the component versions, and gives its outputs to the caller's next job", async () => {
    const workflow = caller("./.github/workflows/transfer.yml", wanted(), ["http-proxy"]);
    const result = await call(workflow, { HTTP_PROXY: proxyWithPassword() });
    expect(result).toMatchObject({ code: 0 });
    await expectArrived(target);
    const printed = result.printed("after");
    expect(versionsIn(/^versions=(.*)$/m.exec(printed)?.[1])).toEqual(inState("written"));
    expect(printed).toContain("hosts=cdn.example.test:8080\nsource.example.test:5000");
    expect(result.summary).toMatch(/^## ✅ transfer succeeded/);
    expect(result.log).not.toContain(PASSWORD);
    expect(result.log).not.toContain("git clone");
  });

  test("fails where the action does, and says why", async () => {
    const given = { ...wanted(), "http-proxy": estate.squid.url };
    const result = await call(caller("./.github/workflows/transfer.yml", given));
    expect(result.code).toBe(1);
    expect(JSON.parse(result.outputs.diagnosis ?? "")).toMatchObject([{ "refused-by": "proxy", via: "proxy" }]);
    expect(result.summary).toMatch(/^## ❌/);
    expect(result.printed("after")).toBe("");
  });

  test("called from another repository, says what to do instead", async () => {
    const project = repositoryWith(PROJECT);
    const name = "example/ocm-proxied-transfer";
    const result = await runAct({
      repository: repositoryWith([], {
        ".github/workflows/caller.yml": caller(`${name}/.github/workflows/transfer.yml@v1`, wanted()),
      }),
      workflow: "caller.yml",
      event: "push",
      repositories: { [`${name}@v1`]: project },
    });
    expect(result.code).toBe(1);
    expect(result.log).toContain("Under act, only the action's own repository can call this workflow.");
    expect(result.log).toContain("Remedy: use the action in a step of your own job");
  });
});
