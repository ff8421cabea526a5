import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, test } from "@jest/globals";
import { createHelpers, type HelperOptions } from "../../src/logins/credential-helper.ts";
import { checkoutTest } from "../../src/logins/read-logins.ts";
import { answering, helperProgram } from "../../testing/product/helper-program.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { complaintOf } from "./complaint.ts";

afterEach(stopEverything);

const HOST = "registry.corp:5000";
const SECRET = "hunter2-of-the-helper";

function helpersAt(folder: string, more: Partial<HelperOptions> = {}) {
  return createHelpers({
    environment: { PATH: folder, HOME: "/home/ada" },
    proxyVariables: {},
    isInCheckout: async () => false,
    ...more,
  });
}

/** A process that has ended may wait for its parent to notice. */
function isRunning(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

const ask = (script: string, more: Partial<HelperOptions> = {}) =>
  helpersAt(helperProgram("test", script).folder, more)("test", HOST);

describe("a helper", () => {
  test("is asked with get, and the server on standard input", async () => {
    const program = helperProgram("test", answering("ada", SECRET));
    const credential = await helpersAt(program.folder)("test", HOST);
    expect(credential).toEqual({ username: "ada", password: SECRET, from: "docker-credential-test" });
    expect(program.calls()).toMatchObject([{ args: "get", server: HOST }]);
  });

  test("marks an identity token by its user name", async () => {
    const credential = await ask(answering("<token>", SECRET));
    expect(credential).toMatchObject({ username: "", password: "", identityToken: SECRET });
  });

  test.each([
    ["as the protocol says it", "echo 'credentials not found in native keychain'; exit 1"],
    ["by an empty secret", answering("", "")],
  ])("may know no login, %s", async (_, script) => {
    expect(await ask(script)).toBeUndefined();
  });

  test("sees the proxy settings, the home and the variables of clouds, and none of the action and the runner", async () => {
    const program = helperProgram("test", answering("ada", SECRET));
    const passed = {
      HOME: "/home/ada",
      LANG: "C.UTF-8",
      XDG_RUNTIME_DIR: "/run/user/1",
      AWS_REGION: "eu-central-1",
      AZURE_TENANT_ID: "tenant",
      GOOGLE_APPLICATION_CREDENTIALS: "/key.json",
      SSL_CERT_FILE: "/ca.pem",
    };
    const kept = {
      INPUT_CREDENTIALS: "ghcr.io=a:b",
      "INPUT_GITHUB-TOKEN": "ghs",
      GITHUB_TOKEN: "ghs",
      ACTIONS_RUNTIME_TOKEN: "x",
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "x",
      DOCKER_AUTH_CONFIG: "{}",
      OCM_TRANSFER_CREDENTIALS: "x",
      HTTPS_PROXY: "http://as-it-was-found:1",
      LD_PRELOAD: "/evil.so",
    };
    const helpers = helpersAt(program.folder, {
      environment: { PATH: program.folder, ...passed, ...kept },
      proxyVariables: { HTTPS_PROXY: "http://proxy:3128", https_proxy: "http://proxy:3128", NO_PROXY: ".corp" },
    });
    await helpers("test", HOST);
    const [call] = program.calls();
    // What the shell sets for itself.
    const { PWD, OLDPWD, SHLVL, _, ...environment } = call?.environment ?? {};
    expect(environment).toEqual({
      PATH: program.folder,
      ...passed,
      HTTPS_PROXY: "http://proxy:3128",
      https_proxy: "http://proxy:3128",
      NO_PROXY: ".corp",
    });
  });

  test("is not started in the checkout", async () => {
    const program = helperProgram("test", answering("ada", SECRET));
    await helpersAt(program.folder)("test", HOST);
    expect(program.calls()[0]?.folder).not.toBe(process.cwd());
  });
});

describe("a helper that fails", () => {
  test.each<[string, string, string]>([
    ["crashes", `echo ${SECRET} >&2; kill -9 $$`, "exit code of a signal"],
    [
      "ends with an error",
      `echo ${SECRET} >&2; echo 'no session, log in first'; exit 3`,
      "exit code 3: no session, log in first",
    ],
    ["ends with an error and half an answer", `printf '{"Secret":"${SECRET}"'; exit 1`, "exit code 1"],
    ["answers with text", `echo ${SECRET}`, "is not a JSON object with Username and Secret"],
    ["answers with nothing", "exit 0", "is not a JSON object with Username and Secret"],
    ["answers with another shape", `echo '{"username":"a","secret":"${SECRET}"}'`, "is not a JSON object"],
    ["answers with a list", `echo '["${SECRET}"]'`, "is not a JSON object"],
    ["never ends", `while :; do echo ${SECRET}; done`, "wrote more than 65536 bytes"],
  ])("%s", async (_, script, why) => {
    const said = await complaintOf(ask(script));
    expect(said).toContain("CREDENTIAL_HELPER_FAILED");
    expect(said).toContain(`docker-credential-test was asked for the login of ${HOST}`);
    expect(said).toContain(why);
    expect(said).not.toContain(SECRET);
  });

  test("is stopped at its deadline, with all that it started", async () => {
    const note = join(temporaryFolder(), "pid");
    const said = await complaintOf(ask(`/bin/sleep 600 & echo $! > ${note}; wait`, { deadline: 500 }));
    expect(said).toContain("it did not answer in 0.5 s");
    const pid = readFileSync(note, "utf8").trim();
    while (isRunning(pid)) await setImmediate();
  });

  test("is stopped with the run, which fails for its own reason", async () => {
    const controller = new AbortController();
    const note = join(temporaryFolder(), "pid");
    const asking = ask(`echo $$ > ${note}; exec /bin/sleep 600`, { signal: controller.signal });
    while (!existsSync(note) || readFileSync(note, "utf8") === "") await setImmediate();
    controller.abort(new Error("the run was stopped"));
    await expect(asking).rejects.toThrow("the run was stopped");
    while (isRunning(readFileSync(note, "utf8").trim())) await setImmediate();
  });

  test("is stopped where it closes its output and goes on", async () => {
    const said = await complaintOf(ask("exec >&-; /bin/sleep 600", { deadline: 300 }));
    expect(said).toContain("it did not answer in 0.3 s");
  });

  test.each([
    ["a slash", "../test"],
    ["a path", "/bin/test"],
    ["a blank", "test get"],
    ["a command", "test;id"],
    ["nothing", ""],
    ["a line break", "test\nx"],
  ])("has a name with %s", async (_, name) => {
    const program = helperProgram("test", answering("ada", SECRET));
    const said = await complaintOf(helpersAt(program.folder)(name, HOST));
    expect(said).toContain("its name is not one");
    expect(program.calls()).toEqual([]);
  });

  test("is missing", async () => {
    const said = await complaintOf(helpersAt(temporaryFolder())("test", HOST));
    expect(said).toContain("docker-credential-test was asked");
    expect(said).toContain("it is not on the PATH");
  });
});

describe("S18: a program in the checkout", () => {
  const inWorkspace = (workspace: string) => ({
    isInCheckout: checkoutTest({ GITHUB_WORKSPACE: workspace, HOME: "/home/ada" }),
  });

  test("is no helper, whatever the PATH says", async () => {
    const workspace = temporaryFolder();
    const program = helperProgram("test", answering("eve", SECRET), join(workspace, "bin"));
    const said = await complaintOf(helpersAt(program.folder, inWorkspace(workspace))("test", HOST));
    expect(said).toContain("it is not on the PATH");
    expect(program.calls()).toEqual([]);
  });

  test("is no helper behind a link either", async () => {
    const workspace = temporaryFolder();
    const program = helperProgram("test", answering("eve", SECRET), join(workspace, "bin"));
    const outside = temporaryFolder();
    symlinkSync(join(program.folder, "docker-credential-test"), join(outside, "docker-credential-test"));
    const said = await complaintOf(helpersAt(outside, inWorkspace(workspace))("test", HOST));
    expect(said).toContain("it is not on the PATH");
    expect(program.calls()).toEqual([]);
  });

  test("is passed over for one behind it", async () => {
    const workspace = temporaryFolder();
    const evil = helperProgram("test", answering("eve", SECRET), join(workspace, "bin"));
    const good = helperProgram("test", answering("ada", SECRET));
    const environment = { PATH: `${evil.folder}:.::${good.folder}` };
    const helpers = helpersAt("", { environment, ...inWorkspace(workspace) });
    expect(await helpers("test", HOST)).toMatchObject({ username: "ada" });
    expect(evil.calls()).toEqual([]);
  });

  test("is what a relative entry of the PATH means", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "bin"));
    const said = await complaintOf(helpersAt("bin:.:")("test", HOST));
    expect(said).toContain("it is not on the PATH");
  });
});
