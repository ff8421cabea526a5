import { afterEach, expect, test } from "@jest/globals";
import { asOneWork } from "../../../src/net/work.ts";
import { bytesOf, streamOf } from "../../../src/oci/content.ts";
import { OCI_MANIFEST } from "../../../src/oci/descriptor.ts";
import type { RemoteRepository } from "../../../src/stores/registry/store.ts";
import { retryStream } from "../../../src/stores/retry-stream.ts";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import type { FaultAction } from "../../../testing/fakes/registry-faults.ts";
import { blobOf, manifestOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const RETRIES = 4;
const [small, large] = [Buffer.from("a layer"), Buffer.alloc(5_000_000, "x")];
const image = manifestOf(blobOf("{}"), blobOf(small));

type Work = (repository: RemoteRepository) => Promise<unknown>;

const reading =
  (content: Buffer): Work =>
  (repository) =>
    retryStream(RETRIES, async () => bytesOf(await repository.fetch(blobOf(content))));

const pushing =
  (content: Buffer): Work =>
  (repository) =>
    retryStream(RETRIES, () => repository.push(blobOf(content), streamOf(content)));

const works: Readonly<Record<string, Work>> = {
  "a manifest by its tag": (repository) => repository.resolve("1"),
  "a manifest by its digest": (repository) => repository.resolve(image.descriptor.digest),
  "a HEAD": (repository) => repository.exists(blobOf(small)),
  "a list of tags": (repository) => repository.listTags(),
  "the API": (repository) => repository.store.ping(),
  "a probe": (repository) => repository.probe(blobOf(large)),
  "a small blob": reading(small),
  "a large blob": reading(large),
  "an upload": pushing(small),
  "a large upload": pushing(large),
  "a mount and the upload in its place": (repository) =>
    asOneWork(async () => {
      if (!(await repository.mount(blobOf(large), "b"))) await pushing(large)(repository);
    }),
  "a manifest that is pushed": (repository) => repository.push(image.descriptor, image.content),
};

test.each<[string, FaultAction]>([
  ["503", { kind: "respond", status: 503 }],
  ["500", { kind: "respond", status: 500 }],
  ["429", { kind: "respond", status: 429, headers: { "retry-after": "0" } }],
  ["a cut connection", { kind: "reset", after: 1 }],
  ["a lost answer", { kind: "lose-answer" }],
  ["a truncated answer", { kind: "truncate", after: 1 }],
  ["other bytes", { kind: "lie" }],
])(
  "no request is sent more often than the attempts allow, where each is answered with %s",
  async (_, act) => {
    const counts = Object.entries(works).map(async ([name, work]) => {
      const fake = await startFakeRegistry();
      for (const content of [small, large]) fake.addBlob("a", content);
      fake.addManifest("a", image.content, { mediaType: OCI_MANIFEST, tag: "1" });
      fake.inject({ when: ({ method }) => method !== "DELETE", act });
      await work(openRegistry(fake.host, { attempts: RETRIES }).repository("a")).catch(() => {});
      const writing = fake.requests.filter(({ method }) => /^(?:PUT|POST|PATCH)$/.test(method));
      // Whether a write succeeded in spite of its failure is another request.
      const sent = writing.length > 0 ? writing : fake.requests;
      return [name, sent.length];
    });
    const tooMany = (await Promise.all(counts)).filter(([, count]) => Number(count) > RETRIES);
    expect(tooMany).toEqual([]);
  },
  60_000,
);
