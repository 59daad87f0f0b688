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
  /** Null: not known. A row without content does not say how its readings are dated. */
  readonly byArrival: boolean | null;
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
    return { ...interval, ...counts, hash: null, byArrival: null, continues: i > 0 };
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
 * Two blocks of different shares are connected if their times overlap, or if one holds readings that are dated by arrival,
 * the other may hold some, too, and the time between them is shorter than `reachMs`. Blocks of one share have no reading in common, so nothing
 * connects them directly.
 *
 * @returns the components in order of time; in each, the tallies in the order of the shares.
 */
export function componentsOf(shares: readonly (readonly Block[])[], reachMs: number): readonly Component[] {
  const nodes = shares.flatMap((blocks, share) => blocks.map((block) => ({ block, share })));
  const sets = new DisjointSets(nodes.length);
  for (const [i, { block }] of nodes.entries()) if (block.continues && i > 0) sets.join(i - 1, i);
  connect(nodes, sets, reachMs);
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
 * Goes through the blocks in order of their starts. A later block touches a cluster of connected blocks if it touches the
 * one that ends last, of those of other shares. So the work grows with the number of blocks, not with its square, and a
 * window with a thousand rows stays cheap.
 */
function connect(nodes: readonly Node[], sets: DisjointSets, reachMs: number): void {
  const byStart = [...nodes.keys()].toSorted((a, b) => nodes[a]!.block.firstMs - nodes[b]!.block.firstMs || a - b);
  let open: Cluster[] = [];
  for (const i of byStart) {
    const { block, share } = nodes[i]!;
    const startMs = block.firstMs;
    const joined: Cluster = {
      member: i,
      byDevice: new LatestEnds(),
      byArrival: new LatestEnds(),
      unknown: new LatestEnds(),
    };
    (block.byArrival === null ? joined.unknown : block.byArrival ? joined.byArrival : joined.byDevice).add(
      block.lastMs,
      share,
    );
    const rest = [joined];
    for (const cluster of open) {
      const byArrivalMs = cluster.byArrival.ofOthers(share);
      const unknownMs = cluster.unknown.ofOthers(share);
      // The latest end of blocks that may have a reading in common with this one, although their times do not overlap.
      const nearMs =
        block.byArrival === null ? byArrivalMs : block.byArrival ? Math.max(byArrivalMs, unknownMs) : -Infinity;
      if (Math.max(byArrivalMs, unknownMs, cluster.byDevice.ofOthers(share)) >= startMs || nearMs > startMs - reachMs) {
        sets.join(i, cluster.member);
        joined.byDevice.addAll(cluster.byDevice);
        joined.byArrival.addAll(cluster.byArrival);
        joined.unknown.addAll(cluster.unknown);
      } else if (
        cluster.byDevice.latestMs >= startMs ||
        Math.max(cluster.byArrival.latestMs, cluster.unknown.latestMs) >= startMs - reachMs
      ) {
        rest.push(cluster);
      }
    }
    open = rest;
  }
}

type Cluster = {
  readonly member: number;
  readonly byDevice: LatestEnds;
  readonly byArrival: LatestEnds;
  readonly unknown: LatestEnds;
};

/** The latest end of some blocks, and the latest one of another share than that. */
class LatestEnds {
  #latest = NO_END;
  #other = NO_END;

  get latestMs(): number {
    return this.#latest.ms;
  }

  add(ms: number, share: number): void {
    if (ms > this.#latest.ms) {
      if (share !== this.#latest.share) this.#other = this.#latest;
      this.#latest = { ms, share };
    } else if (share !== this.#latest.share && ms > this.#other.ms) this.#other = { ms, share };
  }

  addAll(others: LatestEnds): void {
    for (const { ms, share } of [others.#latest, others.#other]) if (share >= 0) this.add(ms, share);
  }

  /** The latest end of a block that is not of this share, or -Infinity. */
  ofOthers(share: number): number {
    return this.#latest.share === share ? this.#other.ms : this.#latest.ms;
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

const NO_END = { ms: -Infinity, share: -1 };
