import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { createLogins } from "../../src/logins/logins.ts";
import { readLogins } from "../../src/logins/read-logins.ts";
import { docker, type Place, SHAPES, type Shape } from "../../testing/logins/ocm-config-shapes.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

/** Whether the right login is found for the repository; an invalid file has none. */
async function logsIn({ config }: Shape): Promise<boolean> {
  const home = temporaryFolder();
  const dockerFile = join(home, "docker.json");
  const place: Place = { hostname: "registry.corp", port: "5000", user: "ada", password: "right", dockerFile };
  writeFileSync(dockerFile, JSON.stringify(docker(place)));
  const ocmConfig = join(home, "ocm.yaml");
  writeFileSync(ocmConfig, config(place));
  const inputs = { credentials: [], registryConfig: "", ocmConfig, githubToken: "" };
  const { sources } = await readLogins(inputs, { HOME: home }, home);
  const asked = { consumer: "registry", host: "registry.corp:5000", scheme: "http" } as const;
  const path = "components/component-descriptors/example.org/shop";
  const found = await createLogins({ sources, askHelper: async () => undefined }).find({ ...asked, path });
  return found?.username === place.user && found.password === place.password;
}

describe("an OCM configuration", () => {
  test.each(SHAPES.filter((shape) => shape.logsIn.includes("action")))("logs in with $name", async (shape) => {
    expect(await logsIn(shape)).toBe(true);
  });

  test.each(SHAPES.filter((shape) => !shape.logsIn.includes("action")))("does not log in with $name", async (shape) => {
    expect(await logsIn(shape).catch(({ code }) => code)).toBe(
      shape.name === "a second YAML document" ? "OCM_CONFIG_MALFORMED" : false,
    );
  });

  test("logs in where one of the OCM CLIs does, but for named exceptions", () => {
    const isLike = ({ logsIn: clients }: Shape) =>
      clients.includes("action") === clients.some((one) => one !== "action");
    const exceptions = SHAPES.filter((shape) => !isLike(shape));
    expect(exceptions.map(({ name }) => name)).toEqual(
      SHAPES.filter(({ differs }) => differs !== undefined).map(({ name }) => name),
    );
    expect(SHAPES.length - exceptions.length).toBeGreaterThan(35);
  });
});
