import type { WindowSummary } from "./summary.ts";
import type { WindowCell, WindowSpan, WindowReading } from "./window-content.ts";
import { datedByArrival, SLICES } from "./window-content.ts";
import { readingHash } from "./reading-hash.ts";
import { numeric } from "./reading.ts";

/**
 * Readings of one share of a window in a closed interval of time: a single reading, a cell, or everything that a row
 * without content covers.
 */
export type Block = {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  readonly numericCount: number;
  readonly sum: number;
  /** The sum of the hashes of its readings, modulo 2^32. Null: not known. */
  readonly hash: number | null;
  readonly byArrival: boolean;
  /** Another interval of the block before it in its list, which has the counts. */
  readonly continues: boolean;
};

export function blocksOfReadings(readings: readonly WindowReading[]): readonly Block[] {
  return readings.map(({ timeMs, value, clock }): Block => {
    const number = numeric(value);
    const byArrival = datedByArrival(clock);
    return {
      firstMs: timeMs,
      lastMs: timeMs,
      count: 1,
      numericCount: number === undefined ? 0 : 1,
      sum: number ?? 0,
      hash: readingHash(timeMs, value, byArrival),
      byArrival,
      continues: false,
    };
  });
}

export function blocksOfCells(cells: readonly WindowCell[]): readonly Block[] {
  return cells.map((cell) => ({ ...cell, continues: false }));
}

/** The block of a row without content. Total: the summary may be any. */
export function blocksOfSummary(summary: WindowSummary, window: WindowSpan): readonly Block[] {
  const { count, numericCount, sum } = summary;
  return covered(summary, window).map((interval, i) => {
    const counts = i === 0 ? { count, numericCount, sum } : { count: 0, numericCount: 0, sum: 0 };
    return { ...interval, ...counts, hash: null, byArrival: false, continues: i > 0 };
  });
}

/**
 * Blocks of several shares that may have readings in common, and blocks that are connected to those. No reading is in two
 * components.
 */
export type Component = readonly Tally[];

/** What one share has in a component. */
export type Tally = {
  readonly share: number;
  readonly count: number;
  readonly numericCount: number;
  readonly sum: number;
  readonly hash: number | null;
  readonly blocks: readonly Block[];
};

/**
 * Two blocks of different shares are connected if their times overlap, or if both may hold readings that are dated by
 * arrival and the time between them is shorter than `reachMs`. Blocks of one share have no reading in common, so nothing
 * connects them directly.
 *
 * @returns the components in order of time; in each, the tallies in the order of the shares.
 */
export function componentsOf(shares: readonly (readonly Block[])[], reachMs: number): readonly Component[] {
  const nodes = shares.flatMap((blocks, share) => blocks.map((block) => ({ block, share })));
  const sets = new DisjointSets(nodes.length);
  for (const [i, { block }] of nodes.entries()) if (block.continues && i > 0) sets.join(i - 1, i);
  connect(nodes, sets, { shares: shares.length, reachMs });
  const components = Map.groupBy(nodes.keys(), (i) => sets.root(i));
  return [...components.values()]
    .map((members) => {
      const blocks = Map.groupBy(members, (i) => nodes[i]!.share);
      return [...blocks]
        .toSorted(([a], [b]) => a - b)
        .map(([share, own]) =>
          tally(
            share,
            own.map((i) => nodes[i]!.block),
          ),
        );
    })
    .toSorted((a, b) => startOf(a) - startOf(b));
}

type Node = { readonly block: Block; readonly share: number };

/**
 * Goes through the blocks in order of their starts. `open` has, for each share, the blocks that a later one may still touch.
 * As soon as several of them are in one component, only the one that ends last is kept: a block that touches any of
 * them touches that one too. So the work grows with the number of blocks, not with its square.
 */
function connect(
  nodes: readonly Node[],
  sets: DisjointSets,
  { shares, reachMs }: { readonly shares: number; readonly reachMs: number },
): void {
  const byStart = [...nodes.keys()].toSorted((a, b) => nodes[a]!.block.firstMs - nodes[b]!.block.firstMs || a - b);
  const open = Array.from({ length: shares }, () => ({ byDevice: [] as number[], byArrival: [] as number[] }));
  const endMs = (i: number): number => nodes[i]!.block.lastMs;
  for (const i of byStart) {
    const { block, share } = nodes[i]!;
    const touching = (
      list: readonly number[],
      isTouched: (endsAtMs: number) => boolean,
      oldestMs: number,
    ): number[] => {
      const rest: number[] = [];
      let last = -1;
      for (const other of list) {
        if (isTouched(endMs(other))) {
          sets.join(i, other);
          if (last < 0 || endMs(other) > endMs(last)) last = other;
        } else if (endMs(other) > oldestMs) rest.push(other);
      }
      if (last >= 0) rest.push(last);
      return rest;
    };
    const overlaps = (endsAtMs: number): boolean => endsAtMs >= block.firstMs;
    const reaches = (endsAtMs: number): boolean => overlaps(endsAtMs) || endsAtMs > block.firstMs - reachMs;
    for (const [other, lists] of open.entries()) {
      if (other === share) continue;
      lists.byDevice = touching(lists.byDevice, overlaps, block.firstMs);
      lists.byArrival = touching(lists.byArrival, block.byArrival ? reaches : overlaps, block.firstMs - reachMs);
    }
    (block.byArrival ? open[share]!.byArrival : open[share]!.byDevice).push(i);
  }
}

class DisjointSets {
  readonly #parent: Int32Array;

  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, i) => i);
  }

  root(of: number): number {
    let at = of;
    while (this.#parent[at] !== at) {
      // Halves the path, so that the next search is shorter.
      this.#parent[at] = this.#parent[this.#parent[at]!]!;
      at = this.#parent[at]!;
    }
    return at;
  }

  join(a: number, b: number): void {
    const [rootOfA, rootOfB] = [this.root(a), this.root(b)];
    // The smaller one stays the root, so that the result does not depend on the way.
    this.#parent[Math.max(rootOfA, rootOfB)] = Math.min(rootOfA, rootOfB);
  }
}

function tally(share: number, blocks: readonly Block[]): Tally {
  let [count, numericCount, sum, hash] = [0, 0, 0, 0];
  let known = true;
  for (const block of blocks) {
    count += block.count;
    numericCount += block.numericCount;
    sum += block.sum;
    if (block.hash === null) known = false;
    else hash = (hash + block.hash) >>> 0;
  }
  return { share, count, numericCount, sum, hash: known ? hash : null, blocks };
}

function startOf(component: Component): number {
  return Math.min(...component.map(({ blocks }) => blocks[0]!.firstMs));
}

/**
 * Adjoining slices of the coverage as intervals. The first one begins with the first reading and the last one ends with
 * the last reading, so a device that moved once inside of a slice is counted exactly.
 */
function covered({ coverage, firstMs, lastMs }: WindowSummary, { windowStartMs, windowMs }: WindowSpan): Interval[] {
  const found: { firstMs: number; lastMs: number }[] = [];
  const startOfSlice = (slice: number): number => windowStartMs + Math.ceil((slice * windowMs) / SLICES);
  for (let slice = 0; slice < SLICES; slice++) {
    if ((coverage & (1 << slice)) === 0) continue;
    let after = slice + 1;
    while (after < SLICES && (coverage & (1 << after)) !== 0) after++;
    found.push({ firstMs: startOfSlice(slice), lastMs: startOfSlice(after) - 1 });
    slice = after;
  }
  const [first, last] = [found[0], found.at(-1)];
  if (first === undefined || last === undefined) return [{ firstMs, lastMs: Math.max(firstMs, lastMs) }];
  const [lowest, highest] = [31 - Math.clz32(coverage & -coverage), 31 - Math.clz32(coverage)];
  if (firstMs >= startOfSlice(lowest) && firstMs < startOfSlice(lowest + 1)) first.firstMs = firstMs;
  if (lastMs >= startOfSlice(highest) && lastMs < startOfSlice(highest + 1)) last.lastMs = lastMs;
  return found;
}

type Interval = Pick<Block, "firstMs" | "lastMs">;
