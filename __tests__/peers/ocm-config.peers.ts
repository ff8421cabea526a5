import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { docker, type Place, SHAPES } from "../../testing/logins/ocm-config-shapes.ts";
import { temporaryFolder, unpack } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { type RealRegistry, startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { findOcmClis } from "./ocm-cli.ts";

const USER = { user: "ada", password: "password-of-a-test" };

withParts(["docker-registry", "perl"], "at a registry with a login,", () => {
  describe.each(findOcmClis())("$name", (cli) => {
    let registry: RealRegistry;
    let place: Place;
    beforeAll(async () => {
      registry = await startRegistry({ kind: "docker-registry", storage: unpack("registry-source"), htpasswd: USER });
      const [hostname = "", port = ""] = registry.host.split(":");
      place = { hostname, port, ...USER, dockerFile: join(temporaryFolder(), "docker.json") };
      writeFileSync(place.dockerFile, JSON.stringify(docker(place)));
    });
    afterAll(stopEverything);

    test.each(SHAPES)("logs in as noted with $name", async ({ config, logsIn }) => {
      const file = join(temporaryFolder(), "ocm.yaml");
      writeFileSync(file, config(place));
      const reading = cli.runWith(
        file,
        "get",
        "cv",
        `${registry.origin}/components//example.org/shop:1.2.0`,
        "-o",
        "json",
      );
      const outcome = await reading.then(
        () => true,
        () => false,
      );
      expect(outcome).toBe(logsIn.includes(cli.generation));
    });
  });
});
