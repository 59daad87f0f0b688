import type { ArrivedBatch } from "../../../cloud/core/apply.ts";
import type { EffectiveWindow, Page, Store } from "../../../cloud/store/store.ts";
import type { StoreDump } from "../../../cloud/store/store-dump.ts";
import { millis } from "../../../proto/core/ids.ts";
import { MEMBER_STATES } from "../../../proto/core/member.ts";
import { operatorName, summaryOfValue } from "../../../proto/core/operator-command.ts";
import type { OperatorCommand, OperatorRank } from "../../../proto/core/operator-command.ts";
import type { SealedBatch } from "../../../proto/core/record.ts";
import { sealed, testStream } from "../../support/sealed.ts";

/** How the suite makes stores of one implementation. */
export type StoreHarness = {
  readonly name: string;
  /** A place where a store may live; removed at the end of the test. */
  readonly place: () => Promise<StorePlace>;
  /** How many random cases the properties try. */
  readonly runs: number;
};

export type StorePlace = {
  /** Opens the store of this place, and makes it at the first call. */
  open(): Promise<Store>;
  remove(): Promise<void>;
};

/** The store of the test that runs. */
export class StoreTrial {
  readonly harness: StoreHarness;
  #place: StorePlace | undefined;
  #store: Store | undefined;

  constructor(harness: StoreHarness) {
    this.harness = harness;
  }

  get store(): Store {
    if (this.#store === undefined) throw new Error("no test has begun");
    return this.#store;
  }

  async begin(): Promise<void> {
    this.#place = await this.harness.place();
    this.#store = await this.#place.open();
  }

  async end(): Promise<void> {
    await this.#store?.close();
    await this.#place?.remove();
  }

  async reopen(): Promise<void> {
    await this.store.close();
    this.#store = await this.#place?.open();
  }

  /** @returns the kinds of the outcomes. */
  async apply(...batches: readonly SealedBatch[]): Promise<string[]> {
    return (await this.store.apply(batches.map(arrivedBatch))).outcomes.map((outcome) => outcome.kind);
  }

  /** Prunes everything that may be pruned. @returns the number of batches. */
  async pruned(limit: number): Promise<number> {
    const until = await this.store.aged({ ranMs: 0, keepMs: 0 });
    return until === null ? 0 : this.store.prune((await this.store.prunable({ until, after: null, limit })).rows);
  }

  /** All answers. */
  async records(): Promise<readonly EffectiveWindow[]> {
    const query = { ...ALL_SERIES, ...ALL_TIME, windowMs: null, after: null, limit: 1000 };
    return (await this.store.records(query)).rows;
  }
}

type StreamOfTest = ReturnType<typeof testStream>;
export const A: StreamOfTest = testStream(1);
export const B: StreamOfTest = testStream(2);
/** A stream of commands, as a peer sends it. */
export const O: StreamOfTest = testStream(3);
export const ALL_TIME: { readonly fromMs: number; readonly toMs: number } = {
  fromMs: Number.MIN_SAFE_INTEGER,
  toMs: Number.MAX_SAFE_INTEGER,
};
export const ALL_SERIES: { readonly device: null; readonly metric: null } = { device: null, metric: null };

export function arrivedBatch(batch: SealedBatch): ArrivedBatch {
  return { ...batch, gateway: batch.streamId === O ? "" : "plant-7", verified: false, receivedMs: 0 };
}

export function commanded(position: number, ...commands: readonly OperatorCommand[]): SealedBatch {
  return sealed(O, position, { gateway: operatorName("eu"), commands });
}

/** A command for the window of `d1` that starts at 0, unless `given` says otherwise. */
export function command(
  kind: OperatorCommand["kind"],
  hlc: number,
  given: { value?: number; rank?: OperatorRank; device?: string; startMs?: number } = {},
): OperatorCommand {
  const { value = 0, rank = "override", device = "d1", startMs = 0 } = given;
  const common = { hlc, reason: "the sensor was out of order", actor: "ada" };
  const window = { device, metric: "temperature", windowMs: 10_000, windowStartMs: millis(startMs) };
  if (kind === "erase_device") return { ...common, kind, device };
  if (kind === "set_member") {
    const state = MEMBER_STATES[value % MEMBER_STATES.length]!;
    return { ...common, kind, member: { region: device, state, url: "http://us:7443", gatewayUrl: "http://us:443" } };
  }
  if (kind === "keep_gateway") {
    return { ...common, kind, kept: { gateway: device, life: value === 0 ? null : testStream(value) } };
  }
  if (kind === "clear") return { ...common, kind, window, rank };
  return { ...common, kind, window, summary: summaryOfValue(value, window.windowStartMs) };
}

/** Bytes as text, whatever kind of array they are in. */
export function plain({ streamId, seq: at, bytes, sha256 }: SealedBatch): unknown {
  return [streamId, at, Buffer.from(sha256).toString("hex"), Buffer.from(bytes).toString("hex")];
}

export async function dumpAfter(
  harness: StoreHarness,
  groups: readonly (readonly SealedBatch[])[],
): Promise<StoreDump> {
  const place = await harness.place();
  try {
    const store = await place.open();
    for (const group of groups) await store.apply(group.map(arrivedBatch));
    const dump = await store.dump();
    await store.close();
    return dump;
  } finally {
    await place.remove();
  }
}

export async function allPages<Row, Key>(
  page: (after: Key | null) => Promise<Page<Row, Key>>,
  between: () => Promise<void> = async () => {},
): Promise<Row[]> {
  const rows: Row[] = [];
  let after: Key | null = null;
  do {
    const found: Page<Row, Key> = await page(after);
    rows.push(...found.rows);
    after = found.next;
    await between();
  } while (after !== null);
  return rows;
}
