import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { root, testPath } from "../../scripts/parts.ts";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { git } from "../../testing/real/act.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { httpServer, listen } from "../../testing/real/listening.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const { jobs } = parse(readFileSync(join(root, ".github/workflows/transfer.yml"), "utf8"));
const step = jobs.transfer.steps.find(({ run }: { run?: string }) => run !== undefined);
const FETCHED = ".ocm-proxied-transfer/action.yml";
const REMEDY = "Remedy: use the action in a step of your own job, by OWNER/ocm-proxied-transfer@SHA.";

interface Job {
  /** `owner/name` and commit that GitHub says the called workflow is from. */
  readonly repository: string;
  readonly commit: string;
  readonly server: string;
  readonly workspace?: string;
  /** Further variables of the runner. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the step of the reusable workflow that fetches the action, as a runner of GitHub does. */
function fetchAction({ repository, commit, server, workspace = temporaryFolder(), env: more = {} }: Job) {
  const env = {
    ...more,
    PATH: testPath(),
    HOME: temporaryFolder(),
    GIT_CONFIG_NOSYSTEM: "1",
    GITHUB_SERVER_URL: server,
    FOLDER: step.env.FOLDER,
    REPOSITORY: repository,
    COMMIT: commit,
    TOKEN: "t0ken",
  };
  const args = ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run];
  return new Promise<{ code: number; output: string; workspace: string }>((resolve, reject) => {
    const child = spawn("bash", args, { cwd: workspace, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, output, workspace }));
  });
}

/** A server with one repository whose action.yml tells its two commits apart. */
function startServer() {
  const folder = temporaryFolder();
  const repository = join(folder, "octo/action");
  mkdirSync(repository, { recursive: true });
  git(repository, "init", "--quiet", "--initial-branch=main");
  const commit = (text: string) => {
    writeFileSync(join(repository, "action.yml"), text);
    git(repository, "add", "action.yml");
    git(repository, "commit", "--quiet", `--message=${text}`);
    return git(repository, "rev-parse", "HEAD");
  };
  const released = commit("released");
  git(repository, "tag", "--annotate", "--message=v1.0.0", "v1.0.0");
  commit("newest");
  return { server: `file://${folder}`, released, tag: git(repository, "rev-parse", "v1.0.0") };
}

test("the action is fetched at the commit of the workflow, not at a newer one", async () => {
  const { server, released } = startServer();
  const { code, workspace } = await fetchAction({ server, repository: "octo/action", commit: released });
  expect(code).toBe(0);
  expect(readFileSync(join(workspace, FETCHED), "utf8")).toBe("released");
});

test("an annotated tag in place of the commit is followed", async () => {
  const { server, released, tag } = startServer();
  expect(tag).not.toBe(released);
  const { code, workspace } = await fetchAction({ server, repository: "octo/action", commit: tag });
  expect(code).toBe(0);
  expect(readFileSync(join(workspace, FETCHED), "utf8")).toBe("released");
});

test("what lies in its place is replaced: a caller's own files do not run as the action", async () => {
  const { server, released } = startServer();
  const workspace = temporaryFolder();
  mkdirSync(join(workspace, ".ocm-proxied-transfer/dist"), { recursive: true });
  writeFileSync(join(workspace, ".ocm-proxied-transfer/dist/index.js"), "left");
  const { code } = await fetchAction({ server, repository: "octo/action", commit: released, workspace });
  expect(code).toBe(0);
  expect(existsSync(join(workspace, ".ocm-proxied-transfer/dist/index.js"))).toBe(false);
});

test("where the server does not say where the workflow is from, that is the error", async () => {
  const { code, output } = await fetchAction({ server: "http://127.0.0.1:9", repository: "", commit: "" });
  expect(code).toBe(1);
  expect(output).toBe(
    `::error title=Action not fetched::This server does not tell a called workflow where it comes from. ${REMEDY}\n`,
  );
});

async function listening(listener: RequestListener): Promise<string> {
  const { address, port } = await listen(httpServer(listener));
  return `http://${address}:${port}`;
}

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

test("S17: the token is shown to a server that asks for it, and to nobody else", async () => {
  const asked: (string | undefined)[] = [];
  const server = await listening(({ headers }, response) => {
    asked.push(headers.authorization);
    const challenge = headers.authorization === undefined ? { "www-authenticate": 'Basic realm="git"' } : {};
    response.writeHead(headers.authorization === undefined ? 401 : 404, challenge).end();
  });
  const { code, output } = await fetchAction({ server, repository: "octo/private", commit: COMMIT });
  expect(code).toBe(1);
  expect(asked).toEqual([undefined, `Basic ${btoa("x-access-token:t0ken")}`]);
  expect(output).toContain(`octo/private cannot be read at ${COMMIT} from here with the token of this job. ${REMEDY}`);
  expect(output).not.toContain("t0ken");
});

describe("a proxy that wants a login", () => {
  /** The step behind a proxy that asks for a login, at a server that asks for one too. */
  async function behind(login: string) {
    const asked: (string | undefined)[] = [];
    const server = await listening(({ headers }, response) => {
      asked.push(headers.authorization);
      const challenge = headers.authorization === undefined ? { "www-authenticate": 'Basic realm="git"' } : {};
      response.writeHead(headers.authorization === undefined ? 401 : 404, challenge).end();
    });
    const proxy = await startProxy({ auth: { user: "ada", password: "pr0xy" } });
    const env = { http_proxy: proxy.url.replace("//", `//${login}@`) };
    const { code, output } = await fetchAction({ server, repository: "octo/private", commit: COMMIT, env });
    expect(code).toBe(1);
    expect(output).not.toContain("t0ken");
    return { asked, shown: proxy.log.map(({ headers }) => headers["proxy-authorization"]), output };
  }

  test("V4: does not get the token for the password that its URL lacks", async () => {
    const { asked, shown, output } = await behind("ada");
    expect({ asked, shown }).toEqual({ asked: [], shown: [] });
    expect(output).toContain("could not read Password for 'http://ada@127.0.0.1");
  });

  test("does not get the token where its password is wrong", async () => {
    const { asked, shown } = await behind("ada:wr0ng");
    expect(new Set(shown)).toEqual(new Set([undefined, `Basic ${btoa("ada:wr0ng")}`]));
    expect(asked).toEqual([]);
  });

  test("gets its own password, and the server the token", async () => {
    const { asked, shown } = await behind("ada:pr0xy");
    expect(new Set(shown)).toEqual(new Set([undefined, `Basic ${btoa("ada:pr0xy")}`]));
    expect(asked).toEqual([undefined, `Basic ${btoa("x-access-token:t0ken")}`]);
  });
});

test("a redirect is not followed", async () => {
  let redirected = 0;
  const elsewhere = await listening((_request, response) => {
    redirected += 1;
    response.writeHead(401, { "www-authenticate": 'Basic realm="elsewhere"' }).end();
  });
  const server = await listening((request, response) => {
    response.writeHead(301, { location: `${elsewhere}${request.url}` }).end();
  });
  const { code } = await fetchAction({ server, repository: "octo/renamed", commit: COMMIT });
  expect(code).toBe(1);
  expect(redirected).toBe(0);
});
