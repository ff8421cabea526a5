import { execFileSync } from "node:child_process";
import { symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { readInputs } from "../../src/inputs.ts";
import { readRegistryConfigs } from "../../src/logins/login-files.ts";
import { readLogins } from "../../src/logins/read-logins.ts";
import { readCertificates } from "../../src/setup/certificates.ts";
import { readTrustedKeys } from "../../src/setup/trusted-keys.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const ENDLESS: Readonly<Record<string, (path: string) => void>> = {
  "a link to /dev/zero": (path) => symlinkSync("/dev/zero", path),
  "a pipe that nobody writes to": (path) => void execFileSync("mkfifo", [path]),
  "a file of 5 GiB"(path) {
    writeFileSync(path, "");
    truncateSync(path, 5 * 1024 ** 3);
  },
  "a folder": (path) => void execFileSync("mkdir", [path]),
};

const READERS: Readonly<Record<string, { readonly code: string; readonly read: (path: string) => Promise<unknown> }>> =
  {
    "ca-certificates": { code: "CERTIFICATES_MALFORMED", read: readCertificates },
    "registry-config": {
      code: "CREDENTIALS_MALFORMED",
      read: (path) => readLogins(readInputs({ INPUT_COMMAND: "setup", "INPUT_REGISTRY-CONFIG": path }), {}),
    },
    "ocm-config": {
      code: "OCM_CONFIG_MALFORMED",
      read: (path) => readLogins(readInputs({ INPUT_COMMAND: "setup", "INPUT_OCM-CONFIG": path }), {}),
    },
    signatures: { code: "PUBLIC_KEY_MALFORMED", read: (path) => readTrustedKeys([{ name: "acme", path }]) },
  };

describe.each(Object.entries(READERS))("V7, S19: the file of %s", (_, { code, read }) => {
  test.each(Object.entries(ENDLESS))("is refused where it is %s", async (_name, make) => {
    const path = join(temporaryFolder(), "file");
    make(path);
    await expect(read(path)).rejects.toMatchObject({
      code,
      message: expect.stringContaining("it is not a regular file of at most 4194304 bytes"),
    });
  });
});

test.each(Object.entries(ENDLESS))("a file with logins in the checkout that is %s is not read", async (_, make) => {
  const path = join(temporaryFolder(), "auth.json");
  make(path);
  const environment = { HOME: "/", REGISTRY_AUTH_FILE: path };
  const sources = await readRegistryConfigs("", { environment, isInCheckout: async (file) => file === path });
  expect(sources.find(({ name }) => name === path)?.state).toBe("ignored");
});
