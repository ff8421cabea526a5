import type { ReadableStore, Store } from "../../src/oci/store.ts";
import type { AccessForm } from "../../src/ocm/access/access-form.ts";
import { readComponentVersion } from "../../src/ocm/repository/component-version.ts";
import { gather } from "../../src/transfer/source/gather.ts";
import type { ResolveOptions } from "../../src/transfer/source/resolve-elements.ts";
import { type ExistingPolicy, existingOrNone } from "../../src/transfer/target/inspect.ts";
import { type Plan, type Step, tagsToSet } from "../../src/transfer/target/plan.ts";
import { prepare } from "../../src/transfer/target/prepare.ts";
import { tagReferrers } from "../../src/transfer/target/tag-referrers.ts";
import { copy } from "../../src/transfer/write/copy.ts";
import type { FakeRegistry } from "../../testing/fakes/registry.ts";
import { openRegistry } from "../../testing/product/open-registry.ts";

export interface TransferOptions {
  readonly source: ReadableStore;
  readonly target: Pick<FakeRegistry, "host">;
  /** The target as a source may be it too. */
  readonly registry?: Store;
  /** Path that the component version has in the source; default none. */
  readonly path?: string;
  /** `component:version` */
  readonly wanted?: readonly string[];
  readonly existing?: ExistingPolicy;
  readonly form?: AccessForm;
  readonly withReferrers?: boolean;
  readonly accessMethods?: ResolveOptions["accessMethods"];
  readonly attempts?: number;
  readonly concurrency?: number;
  readonly onBytes?: (count: number) => void;
  readonly signal?: AbortSignal;
}

export const PATH = "moved";

/** What the plan says, and the means to do it. */
export async function planTransfer({ source, target: fake, ...options }: TransferOptions) {
  const { wanted = ["acme.org/shop:1.0.0"], existing = "skip", form = "localBlob", attempts = 1 } = options;
  const { registry = openRegistry(fake.host) } = options;
  const target = { registry, path: PATH, display: `${fake.host}/${PATH}` };
  const from = { registry: source, path: options.path ?? "", display: source.name };
  const gathered = await gather(
    wanted.map((id) => {
      const [component = "", version = ""] = id.split(":");
      return { from, component, version };
    }),
    {
      recursive: true,
      copyResources: true,
      copySources: true,
      withReferrers: options.withReferrers ?? false,
      registryAt: () => source,
      accessMethods: options.accessMethods,
    },
  );
  const plan = await prepare(gathered, {
    target,
    form,
    existing,
    existingVersion: ({ descriptor: { name, version } }) =>
      existingOrNone(() => readComponentVersion(target, name, version), existing),
  });
  const done: { readonly step: Step; readonly kind: Step["kind"] }[] = [];
  const onDone = (step: Step, kind: Step["kind"]) => done.push({ step, kind });
  const { concurrency = 8, onBytes = () => {} } = options;
  return {
    plan,
    done,
    copy: () => copy(plan, { target: registry, concurrency, attempts, onBytes, onDone }, options.signal),
    publish: () => registry.publish(tagsToSet(plan), options.signal),
    tagReferrers: () => tagReferrers(plan, registry, options.signal),
    gathered,
  };
}

/** The whole transfer. */
export async function transfer(options: TransferOptions): Promise<Plan> {
  const { plan, copy: copyAll, publish: publishAll } = await planTransfer(options);
  await copyAll();
  await publishAll();
  return plan;
}

/** The whole transfer, with what hangs on artifacts; what of that is left, as `name (tag or type)`. */
export async function transferReferrers(
  options: TransferOptions,
): Promise<{ plan: Plan; left: string[]; wrote: number }> {
  const { registry = openRegistry(options.target.host) } = options;
  const {
    plan,
    done,
    copy: copyAll,
    tagReferrers: tagAll,
  } = await planTransfer({ ...options, registry, withReferrers: true });
  await copyAll();
  const { tags, left } = await tagAll();
  await registry.publish(tagsToSet({ tags: [tags, ...plan.tags] }), options.signal);
  const written = done.filter(({ kind }) => kind !== "skip" && kind !== "left").length;
  const set = [tags, ...plan.tags].flat().filter(({ kind }) => kind === "tag").length;
  return { plan, left: left.map(({ element, tag, type }) => `${element.name} (${tag ?? type})`), wrote: written + set };
}

/** Tags of all repositories, `repository:tag`. */
export function tagsOf(registry: FakeRegistry): string[] {
  return registry.repositories().flatMap((name) => Object.keys(registry.tags(name)).map((tag) => `${name}:${tag}`));
}
