import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, type ComponentOptions, resource } from "../../testing/content/content.ts";
import { FORMS, type Form, type Made, type Shelves } from "../../testing/content/forms.ts";
import { bytesBelow, type PlaceKind, reachableBytes, startPlace } from "../../testing/content/places.ts";
import { digestOfBytes, type HashAlgorithm, publicKeyPem, signed } from "../../testing/content/signed.ts";
import { startFileServer } from "../../testing/fakes/file-server.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { type CommandResult, runCommand } from "../../testing/product/run-command.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const EVIL = "the bytes of somebody else";

/** How digests are written, by both generations of the CLI and of old. */
const DIGESTS: Readonly<Record<Form["of"], readonly (readonly [HashAlgorithm, string])[]>> = {
  blob: [
    ["SHA-256", "genericBlobDigest/v1"],
    ["SHA-384", "genericBlobDigest/v1"],
    ["SHA-512", "genericBlobDigest/v1"],
    ["sha512", "genericBlobDigest/v1"],
  ],
  artifact: [
    ["SHA-256", "ociArtifactDigest/v1"],
    ["sha256", "ociArtefactDigest/v1"],
    ["SHA-384", "ociArtifactDigest/v1"],
    ["SHA-512", "ociArtifactDigest/v1"],
    ["SHA-256", "genericBlobDigest/v1"],
    ["SHA-512", "genericBlobDigest/v1"],
  ],
};

/** Written once for the file: the tests only read it. */
const KEY = join(mkdtempSync(join(tmpdir(), "pins-")), "key.pem");
writeFileSync(KEY, publicKeyPem);
afterAll(() => rmSync(dirname(KEY), { recursive: true }));

interface Outcome extends CommandResult {
  /** Everything that can be found where the content was to go. */
  readonly bytes: Buffer;
  /** Whether something is published there. */
  readonly isPublished: boolean;
}

type Inputs = Readonly<Record<string, string>>;

const ACTIONS: Readonly<Record<string, (inputs: Inputs) => Promise<Outcome>>> = {
  async verify(inputs) {
    return { ...(await runCommand("verify", inputs)), bytes: Buffer.alloc(0), isPublished: false };
  },
  async download(inputs) {
    const output = join(temporaryFolder(), "output");
    const result = await runCommand("download", { ...inputs, output });
    const bytes = bytesBelow(output);
    return { ...result, bytes, isPublished: bytes.length > 0 };
  },
  async "a transfer to a registry"(inputs) {
    const target = await startFakeRegistry();
    const result = await runCommand("transfer", { ...inputs, "trust-names": "true", target: `${target.origin}/moved` });
    return { ...result, bytes: reachableBytes(target), isPublished: hasTags(target) };
  },
  async "a transfer to an archive"(inputs) {
    const target = join(temporaryFolder(), "target.tgz");
    const result = await runCommand("transfer", { ...inputs, "trust-names": "true", target });
    return { ...result, bytes: bytesBelow(target), isPublished: existsSync(target) };
  },
};

function hasTags(registry: FakeRegistry): boolean {
  return registry.repositories().some((name) => Object.keys(registry.tags(name)).length > 0);
}

async function startShelves(kind: PlaceKind): Promise<Shelves> {
  return { place: await startPlace(kind), far: await startFakeRegistry(), server: await startFileServer() };
}

/** The signed component version in its place, with these accesses instead of those that it was signed with. */
function publish({ place, far, server }: Shelves, options: ComponentOptions, accesses: readonly Made[]): Inputs {
  const resources = (options.resources ?? []).map((each, index) => ({ ...each, access: accesses[index]?.access }));
  const layers = accesses.flatMap((made) => made.layers ?? []);
  const natives = accesses.flatMap((made) => made.natives ?? []);
  addComponentVersion(place, { ...options, resources, layers, natives });
  return {
    "component-versions": `${place.reference()}//acme.org/shop:${options.version ?? "1.0.0"}`,
    "plain-http": `${server.host}\n${far.host}`,
    signatures: `acme=${KEY}`,
  };
}

function pinnedResource(name: string, made: Made, [hash, normalisation]: readonly [HashAlgorithm, string]): object {
  return resource(name, made.access, { digest: digestOfBytes(made.pinned, normalisation, hash) });
}

const PLACES: readonly PlaceKind[] = ["registry", "folder", "tgz"];

describe.each(PLACES)("content of a component version in a %s", (kind) => {
  test.each(Object.entries(ACTIONS))("matches its digests, however they are written: %s", async (name, act) => {
    const shelves = await startShelves(kind);
    const made = Object.entries(FORMS).flatMap(([form, { of, make }], at) =>
      DIGESTS[of].map((digest, index) => {
        const text = `what was signed, ${at} ${index}`;
        return { name: `${form} ${index}`, text, digest, ...make(shelves, text, `good-${at}-${index}`) };
      }),
    );
    const resources = made.map((each) => pinnedResource(each.name, each, each.digest));
    const { errors, findings, bytes } = await act(publish(shelves, signed({ resources }), made));
    expect(errors).toEqual([]);
    // Packed images have no reference.
    expect(findings.map(({ code }) => code).filter((code) => code !== "NAME_UNKNOWN")).toEqual([]);
    if (name === "verify") return;
    expect(made.filter(({ text }) => !bytes.includes(text)).map((each) => each.name)).toEqual([]);
  });

  const forms = Object.entries(FORMS).filter(([, { isFar }]) => kind === "registry" || isFar !== true);
  test.each(forms)("V1: that was exchanged behind a signature arrives nowhere: %s", async (form, { of, make }) => {
    const outcomes: string[] = [];
    const shelves = await startShelves(kind);
    for (const [at, digest] of DIGESTS[of].entries()) {
      const good = make(shelves, "what was signed", "good");
      const resources = [pinnedResource("it", good, digest)];
      const shop = signed({ version: `1.0.${at}`, resources }, { hashAlgorithm: digest[0] });
      const inputs = publish(shelves, shop, [make(shelves, EVIL, "evil")]);
      for (const [name, act] of Object.entries(ACTIONS)) {
        const { errors, bytes, isPublished } = await act(inputs);
        const codes = errors.map((error) => error.split(":")[0]).join();
        outcomes.push(`${digest.join()} ${name}: ${codes} ${isPublished} ${bytes.includes(EVIL)}`);
      }
    }
    const expected = DIGESTS[of].flatMap((digest) =>
      Object.keys(ACTIONS).map((name) => `${digest.join()} ${name}: ARTIFACT_DIGEST_DIFFERS false false`),
    );
    expect({ form, outcomes }).toEqual({ form, outcomes: expected });
  });
});

/** Files of a server are no artifacts: such an access stays a reference where an artifact is pinned. */
const SERVED = new Set(["wget", "helm, from a chart repository"]);

test.each(Object.entries(FORMS))(
  "V1: %s exchanged for content in any other form arrives nowhere",
  async (form, { of, make }) => {
    const outcomes: string[] = [];
    const others = Object.entries(FORMS).filter(([other]) => other !== form);
    const digests = DIGESTS[of].filter(([hash]) => hash === "SHA-256" || hash === "SHA-512");
    const shelves = await startShelves("registry");
    for (const [at, [other, { make: makeOther }]] of others.entries()) {
      for (const [nth, digest] of digests.entries()) {
        const good = make(shelves, "what was signed", "good");
        const resources = [pinnedResource("it", good, digest)];
        const shop = signed({ version: `1.${at}.${nth}`, resources });
        const inputs = publish(shelves, shop, [makeOther(shelves, EVIL, "evil")]);
        const { errors, findings, bytes } = await (ACTIONS["a transfer to a registry"] as (typeof ACTIONS)[string])(
          inputs,
        );
        const codes = errors.length > 0 ? errors.map((error) => error.split(":")[0]) : findings.map(({ code }) => code);
        outcomes.push(`${other}, ${digest.join()}: ${codes.join()} ${bytes.includes(EVIL)}`);
      }
    }
    const expected = others.flatMap(([other]) =>
      digests.map((digest) => {
        const isLeft = SERVED.has(other) && digest[1] === "ociArtifactDigest/v1";
        const codes = isLeft ? "LEFT_BY_REFERENCE,CONTENT_UNCHECKED" : "ARTIFACT_DIGEST_DIFFERS";
        return `${other}, ${digest.join()}: ${codes} false`;
      }),
    );
    expect(outcomes).toEqual(expected);
  },
);
