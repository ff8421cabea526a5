import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { readSettings } from "../../src/proxy/settings.ts";
import { containerMark, loopbackFinding } from "../../src/setup/container.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

function rootWith(path: string, content = ""): string {
  const root = temporaryFolder();
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
  return root;
}

const JOB = { GITHUB_ACTIONS: "true", HOME: "/github/home" };

describe("a container is recognised", () => {
  test.each([
    [".dockerenv", "", "/.dockerenv exists"],
    ["run/.containerenv", 'engine="podman"', "/run/.containerenv exists"],
    [
      "proc/1/cgroup",
      "0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-1.scope\n",
      "/proc/1/cgroup names one",
    ],
    ["proc/1/cgroup", "12:pids:/docker/0123\n", "/proc/1/cgroup names one"],
  ])("by %s with %j", async (path, content, mark) => {
    expect(await containerMark({}, rootWith(path, content))).toBe(mark);
  });

  test("by the home that the runner sets in its containers", async () => {
    expect(await containerMark(JOB, temporaryFolder())).toBe("HOME is /github/home");
  });

  test("not without any of these marks", async () => {
    expect(await containerMark({ ...JOB, HOME: "/home/runner" }, temporaryFolder())).toBeUndefined();
    expect(await containerMark({ HOME: "/github/home" }, temporaryFolder())).toBeUndefined();
    expect(await containerMark({}, rootWith("proc/1/cgroup", "0::/init.scope\n"))).toBeUndefined();
  });
});

describe("a proxy on loopback in a container", () => {
  const findingsOf = (proxy: string) =>
    loopbackFinding(readSettings({ environment: { HTTPS_PROXY: proxy } }).effective, "/.dockerenv exists");

  test.each(["http://127.0.0.1:3128", "127.9.8.7:3128", "http://[::1]:3128", "http://ada:pw@localhost:3128"])(
    "is reported for %s",
    (proxy) => {
      const [finding] = findingsOf(proxy);
      expect(finding).toMatchObject({
        code: "PROXY_LOOPBACK",
        message: expect.stringContaining("(environment HTTPS_PROXY) is on loopback"),
        remedy: expect.stringContaining("name the host"),
      });
      expect(finding?.message).not.toContain("pw@");
    },
  );

  test.each(["http://proxy.corp:3128", "10.0.0.1:3128", "http://localhost.corp:3128"])(
    "is not reported for %s",
    (proxy) => {
      expect(findingsOf(proxy)).toEqual([]);
    },
  );

  test("is not reported outside of containers", () => {
    const { effective } = readSettings({ environment: { HTTP_PROXY: "127.0.0.1:3128" } });
    expect(loopbackFinding(effective, undefined)).toEqual([]);
    expect(loopbackFinding(effective, "a mark")).toHaveLength(1);
  });
});
