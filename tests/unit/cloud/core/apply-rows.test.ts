import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placeRows, rowsOfBatch, rowsToApply, seriesName } from "../../../../cloud/core/apply-rows.ts";
import type {
  ArrivingRows,
  HeldCommand,
  HeldSlot,
  RawFacts,
  RowPlacement,
  WindowCommand,
  WindowFacts,
} from "../../../../cloud/core/apply-rows.ts";
import { millis, toSeq } from "../../../../proto/core/ids.ts";
import { compareCommandVersions, OPERATOR_RANKS } from "../../../../proto/core/operator-command.ts";
import type { CommandVersion, OperatorCommand, OperatorRank } from "../../../../proto/core/operator-command.ts";
import type { SealedBatch, WindowRecord } from "../../../../proto/core/record.ts";
import { compareSlotVersions } from "../../../../proto/core/slot-version.ts";
import type { SlotVersion } from "../../../../proto/core/slot-version.ts";
import { openBatch } from "../../../../proto/wire/batch-codec.ts";
import { rawBlock, sealed, testStream, windowOf } from "../../../support/sealed.ts";

const [A, B, O] = [testStream(1), testStream(2), testStream(3)];

function rowsOf(batch: SealedBatch): ArrivingRows {
  const opened = openBatch(batch);
  if (opened.kind !== "ok") throw new Error("a batch of this test cannot be read");
  return rowsOfBatch(batch, opened);
}

/** A store in memory that holds versions instead of rows. It writes what `placeRows` decides, as a real store does. */
class MemoryStore {
  readonly windows = new Map<string, MemoryWindow>();
  readonly raws = new Map<string, number>();
  readonly erased = new Map<string, CommandVersion>();
  readonly members = new Map<string, CommandVersion>();
  readonly kept = new Map<string, CommandVersion>();
  /** The placement of each row of a window, in the order of arrival. */
  readonly placements: RowPlacement[] = [];
  readonly contested = new Set<string>();

  apply(...batches: readonly SealedBatch[]): this {
    for (const batch of batches) this.#apply(rowsToApply(rowsOf(batch), this.erased));
    return this;
  }

  #apply(rows: ArrivingRows): void {
    const windows = rows.windows.map(({ window }) => this.#window(window));
    const places = new Map<string, RawFacts>();
    const raws = rows.raws.map((raw) => {
      const name = placeName(raw);
      const held = places.get(name) ?? { hash48: this.raws.get(name) ?? null };
      places.set(name, held);
      return held;
    });
    const commandWindows = rows.commands.map(({ command }) =>
      "window" in command ? this.#window(command.window) : null,
    );
    const { erased, members, kept } = this;
    const placed = placeRows(rows, { windows, raws, commandWindows, erased, members, kept });
    this.placements.push(...placed.windows, ...placed.commands);
    for (const { name } of placed.contested) this.contested.add(name);

    for (const [i, { origin, window }] of rows.windows.entries()) {
      if (!takesPlace(placed.windows[i]!)) continue;
      const { streamId, seq: ver, hash48 } = origin;
      const { part, revision } = window;
      const { slots } = windows[i]!;
      const place = slots.findIndex((slot) => slot.streamId === streamId && slot.part === part);
      slots.splice(place === -1 ? slots.length : place, 1, { streamId, part, ver, hash48, revision });
    }
    for (const [i, raw] of rows.raws.entries())
      if (takesPlace(placed.raws[i]!)) this.raws.set(placeName(raw), raw.origin.hash48);
    for (const [i, { origin, command }] of rows.commands.entries()) {
      if (!takesPlace(placed.commands[i]!)) continue;
      const version = { hlc: command.hlc, hash48: origin.hash48 };
      if (command.kind === "erase_device") this.erased.set(command.device, version);
      else if (command.kind === "set_member") this.members.set(command.member.region, version);
      else if (command.kind === "keep_gateway") this.kept.set(command.kept.gateway, version);
      else commandWindows[i]!.commands.push({ rank: rankOf(command), ...version });
    }
  }

  #window(key: Pick<WindowRecord, "device" | "metric" | "windowMs" | "windowStartMs">): MemoryWindow {
    const name = `${key.device} ${key.windowStartMs}`;
    const held = this.windows.get(name) ?? { name, slots: [], commands: [] };
    this.windows.set(name, held);
    return held;
  }
}

type MemoryWindow = { readonly name: string; readonly slots: HeldSlot[]; readonly commands: HeldCommand[] };

function takesPlace(placement: RowPlacement): boolean {
  return placement === "insert" || placement === "replace";
}

function placeName({ origin, position, slice }: ArrivingRows["raws"][number]): string {
  return `${seriesName(slice)}/${origin.streamId}/${origin.seq}/${position}`;
}

function rankOf(command: WindowCommand): OperatorRank {
  return command.kind === "clear" ? command.rank : command.kind;
}

/** Freezes facts, and makes their maps refuse writes, because a map cannot be frozen. */
function frozen<T>(value: T): T {
  if (value instanceof Map) {
    const refuse = (): never => {
      throw new TypeError("a fact was changed");
    };
    Object.assign(value, { set: refuse, delete: refuse, clear: refuse });
  }
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    for (const part of value instanceof Map ? value.values() : Object.values(value)) frozen(part);
  }
  return value;
}

function commanded(position: number, ...commands: readonly OperatorCommand[]): SealedBatch {
  return sealed(O, position, { gateway: "operator@eu", commands });
}

const reasonAndActor = { reason: "r", actor: "a" };
const windowAt = (startMs = 0, device = "d1") => ({
  device,
  metric: "temperature",
  windowMs: 10_000,
  windowStartMs: millis(startMs),
});
const clear = (hlc: number, device = "d1", rank: OperatorRank = "override"): OperatorCommand => ({
  kind: "clear",
  rank,
  window: windowAt(0, device),
  hlc,
  ...reasonAndActor,
});
const erase = (hlc: number, device: string): OperatorCommand => ({
  kind: "erase_device",
  device,
  hlc,
  ...reasonAndActor,
});
const member = (hlc: number, region: string): OperatorCommand => ({
  kind: "set_member",
  member: { region, state: "member", url: "http://us:1", gatewayUrl: "http://us:2" },
  hlc,
  ...reasonAndActor,
});

describe("[I3] a row of a slot", () => {
  const older = sealed(A, 1, { windows: [windowOf([1])] });
  const newer = sealed(A, 2, { windows: [windowOf([1, 2], { revision: 1 })] });

  test("takes a free slot, replaces an older row, goes to the log behind a newer one, and counts once", () => {
    expect(new MemoryStore().apply(older, newer).placements).toEqual(["insert", "replace"]);
    expect(new MemoryStore().apply(newer, older).placements).toEqual(["insert", "log"]);
    expect(new MemoryStore().apply(newer, newer).placements).toEqual(["insert", "ignore"]);
  });

  test("competes with the other states of its batch", () => {
    const both = sealed(A, 1, { windows: [windowOf([1, 2], { revision: 1 }), windowOf([1])] });
    expect(new MemoryStore().apply(both).placements).toEqual(["insert", "log"]);
  });

  test("does not compete with other slots, and makes its window contested", () => {
    const other = sealed(B, 1, { windows: [windowOf([1])] });
    const held = new MemoryStore().apply(newer, other);
    expect(held.placements).toEqual(["insert", "insert"]);
    expect([...held.contested]).toEqual(["d1 0"]);
    const supplement = sealed(A, 3, { windows: [windowOf([9], { part: 7 })] });
    expect(new MemoryStore().apply(newer, supplement).placements).toEqual(["insert", "insert"]);
  });

  test("alone in its window leaves nothing to choose, replaced or not", () => {
    expect(new MemoryStore().apply(older, newer).contested).toEqual(new Set());
  });

  test("[P4] is the newest one in whatever order and grouping the rows arrive", () => {
    const anyBatch = fc
      .record({
        stream: fc.constantFrom(A, B),
        at: fc.integer({ min: 1, max: 4 }),
        rows: fc.array(
          fc.record({
            part: fc.constantFrom(0, 0, 7),
            revision: fc.integer({ min: 0, max: 2 }),
            startMs: fc.constantFrom(0, 10_000),
          }),
          { maxLength: 4 },
        ),
      })
      .map(({ stream, at, rows }) => sealed(stream, at, { windows: rows.map((row, i) => windowOf([i], row)) }));
    const orders = fc
      .array(anyBatch, { maxLength: 6 })
      .chain((batches) =>
        fc.tuple(
          fc.constant(batches),
          fc.shuffledSubarray([...batches, ...batches], { minLength: 2 * batches.length }),
        ),
      );
    const slotsOf = (held: MemoryStore): unknown =>
      [...held.windows]
        .flatMap(([name, { slots }]) => slots.map((slot) => ({ name, ...slot })))
        .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    fc.assert(
      fc.property(orders, ([batches, shuffled]) => {
        const held = new MemoryStore().apply(...batches);
        expect(slotsOf(new MemoryStore().apply(...shuffled))).toEqual(slotsOf(held));
        for (const batch of batches) {
          for (const { origin, window } of rowsOf(batch).windows) {
            const version: SlotVersion = { ver: origin.seq, hash48: origin.hash48, revision: window.revision };
            const slot = held.windows
              .get(`${window.device} ${window.windowStartMs}`)!
              .slots.find(({ streamId, part }) => streamId === origin.streamId && part === window.part);
            expect(compareSlotVersions(slot!, version)).toBeGreaterThanOrEqual(0);
          }
        }
      }),
    );
  });
});

describe("a raw block", () => {
  const raws = [rawBlock([[0, 1]]), rawBlock([[5, 2]]), rawBlock([[0, 1]], { metric: "pressure" })];

  test("has its place among the blocks of its series in the batch", () => {
    const { raws: rows } = rowsOf(sealed(A, 1, { raws }));
    expect(rows.map(({ slice, position }) => [slice.metric, position])).toEqual([
      ["temperature", 0],
      ["temperature", 1],
      ["pressure", 0],
    ]);
  });

  test("[P4] of the higher hash holds the place after a fork, in either order", () => {
    const sides = [sealed(A, 1, { raws }), sealed(A, 1, { raws: raws.slice(0, 1) })];
    const [first, second] = [new MemoryStore().apply(...sides), new MemoryStore().apply(...sides.toReversed())];
    expect(second.raws).toEqual(first.raws);
    expect(first.raws.size).toBe(3);
  });
});

describe("[I16] a command", () => {
  test("for a window is kept once, and makes the window contested", () => {
    const batch = commanded(1, clear(1));
    const held = new MemoryStore().apply(batch, batch);
    expect(held.placements).toEqual(["insert", "ignore"]);
    expect([...held.contested]).toEqual(["d1 0"]);
  });

  test("that erases a device leaves out every row of it, also of its own batch, and no row of another one", () => {
    const held = new MemoryStore().apply(
      commanded(1, clear(1), clear(2, "d2"), erase(3, "d1"), clear(4)),
      sealed(A, 1, { windows: [windowOf([1]), windowOf([1], { device: "d2" })], raws: [rawBlock([[0, 1]])] }),
    );
    expect([...held.windows.keys()]).toEqual(["d2 0"]);
    expect(held.raws.size).toBe(0);
    expect([...held.erased.keys()]).toEqual(["d1"]);
  });

  test("[P4] that erases a device or sets a region counts when it is the latest, in whatever order they arrive", () => {
    const anyCommand = fc.record({
      make: fc.constantFrom(erase, member),
      name: fc.constantFrom("x", "y"),
      hlc: fc.integer({ min: 1, max: 3 }),
      position: fc.integer({ min: 1, max: 3 }),
    });
    const orders = fc
      .array(
        anyCommand.map(({ make, name, hlc, position }) => commanded(position, make(hlc, name))),
        { maxLength: 6 },
      )
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    const sorted = (held: MemoryStore) =>
      [held.erased, held.members].map((map) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    fc.assert(
      fc.property(orders, ([batches, shuffled]) => {
        expect(sorted(new MemoryStore().apply(...shuffled))).toEqual(sorted(new MemoryStore().apply(...batches)));
      }),
    );
  });

  test("has a rank, and the same clock in two ranks is two commands", () => {
    const [first, second] = OPERATOR_RANKS;
    const commands = [first, second].map((rank, i) => clear(i + 1, "d1", rank));
    const held = new MemoryStore().apply(commanded(1, ...commands));
    expect(held.windows.get("d1 0")!.commands.map(({ rank }) => rank)).toEqual([first, second]);
  });
});

test("facts stay as they are, and rows of one batch still compete with each other", () => {
  const { windows, raws } = rowsOf(
    sealed(A, 2, {
      windows: [windowOf([1], { revision: 1 }), windowOf([1, 2], { revision: 2 }), windowOf([1])],
      raws: [rawBlock([[0, 1]])],
    }),
  );
  const commands = [clear(1), clear(1), erase(3, "d2"), erase(2, "d2"), member(3, "us"), member(2, "us")].flatMap(
    (command) => rowsOf(commanded(1, command)).commands,
  );
  const rows = { windows, raws, commands, schemas: [] };
  const window: WindowFacts = {
    slots: [{ streamId: A, part: 0, ver: toSeq(1), hash48: 1, revision: 0 }],
    commands: [{ rank: "override", hlc: 0, hash48: 1 }],
  };
  const facts = frozen({
    windows: [window, window, window],
    raws: [{ hash48: null }],
    commandWindows: [window, window, null, null, null, null],
    erased: new Map([["d2", { hlc: 1, hash48: 1 }]]),
    members: new Map([["us", { hlc: 1, hash48: 1 }]]),
    kept: new Map(),
  });
  const placed = placeRows(rows, facts);
  expect(placed.windows).toEqual(["replace", "replace", "log"]);
  expect(placed.raws).toEqual(["insert"]);
  expect(placed.commands).toEqual(["insert", "ignore", "replace", "ignore", "replace", "ignore"]);
  expect(placed.contested).toHaveLength(1);
  expect(placed.contested[0]).toBe(window);
});

test("commands are ordered by their clock, then by the hash of their batch", () => {
  const order = [
    { hlc: 1, hash48: 9 },
    { hlc: 2, hash48: 3 },
    { hlc: 2, hash48: 4 },
  ];
  expect(order.toReversed().toSorted(compareCommandVersions)).toEqual(order);
  expect(compareCommandVersions(order[0]!, { ...order[0]! })).toBe(0);
});
