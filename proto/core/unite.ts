import type { WindowSummary } from "./summary.ts";
import { mergeSummaries } from "./summary.ts";
import { summaryOfReadings } from "./summary-of-readings.ts";
import type { Block, Component, Tally } from "./unite-blocks.ts";
import { blocksOfCells, blocksOfReadings, blocksOfSummary, componentsOf } from "./unite-blocks.ts";
import { inOrder, distinctReadings } from "./unite-readings.ts";
import type { WindowContent, WindowSpan, WindowReading } from "./window-content.ts";

/**
 * Unites shares of one window that may hold the same readings: each reading counts once. A pure function of the set of
 * shares. All shares are united at once, because uniting two and then a third would depend on the order.
 *
 * **Shares that carry their readings** are united reading by reading (proto/core/unite-readings.ts). The result is exact.
 *
 * **Other shares** are compared by blocks: single readings, cells, or all that a row without content covers. Blocks of
 * different shares whose times overlap are connected. No reading is in two components, so components are added. In each
 * component the share with the most readings counts. So no reading counts twice, and the result says how far it may be
 * from the truth: `bounds`.
 *
 *     share a    ███ 5        ██ 3   ██ 2
 *     share b     ██ 4  █ 1          ██ 2 (same hash)
 *                 5    + 1   + 3    + 2      = 11, at most 15: the 4 may be other readings than the 5
 *
 * Two gateways date one arrival with two times. So blocks with such readings are also connected where the time between them
 * is short: shorter than half of the mean time between readings, for the answer; shorter than the tolerance of the
 * rule, for the lower bound. With the tolerance the answer would count half of the readings of a device that moves
 * from one gateway to the other twice a second.
 *
 * @param shares at least one; their names are different.
 */
export function unite<Source>(shares: readonly Share<Source>[], window: WindowSpan): United<Source> {
  const ordered = shares.toSorted(moreFirst);
  const [most] = ordered;
  if (most === undefined) throw new RangeError("nothing to unite");
  if (ordered.length === 1) return { ...most, unclear: [] };
  const readable: With<Readings, Source>[] = [];
  const others: With<Blocks, Source>[] = [];
  for (const share of ordered) {
    const content = resolved(share.content, share.summary, window);
    if (content.kind === "readings") readable.push({ ...share, content });
    else others.push({ ...share, content });
  }
  const exact = readable.length === 0 ? [] : [unitedByReadings(readable, window)];
  if (others.length === 0) return { ...exact[0]!, unclear: [] };
  return unitedByBlocks([...exact, ...others].toSorted(moreFirst));
}

/** The shares of one window that have no reading in common. */
export function add<Source>(shares: readonly Share<Source>[]): Share<Source> {
  const ordered = shares.toSorted(moreFirst);
  const [most] = ordered;
  if (most === undefined) throw new RangeError("nothing to add");
  if (ordered.length === 1) return most;
  const bounds = ordered.some((share) => share.bounds !== null)
    ? {
        countMin: total(ordered, (share) => share.bounds?.countMin ?? share.summary.count),
        countMax: total(ordered, (share) => share.bounds?.countMax ?? share.summary.count),
      }
    : null;
  return {
    name: most.name,
    summary: ordered.map(({ summary }) => summary).reduce(mergeSummaries),
    content: { kind: "sum", of: ordered },
    bounds,
    sources: ordered.flatMap(({ sources }) => sources),
  };
}

/** A part of a window, from one writer or from several. `sources`: the rows that it is made of. */
export type Share<Source> = {
  readonly name: string;
  readonly summary: WindowSummary;
  readonly content: ShareContent;
  /** Null: the count is exact. */
  readonly bounds: CountBounds | null;
  readonly sources: readonly Source[];
};

export type CountBounds = { readonly countMin: number; readonly countMax: number };

/**
 * `sum`: the contents of all of them, which are only looked at if the share is united with another one. `blocks`: those
 * that count, and those that the lower bound counts.
 */
export type ShareContent =
  | WindowContent
  | { readonly kind: "sum"; readonly of: readonly Pick<Share<unknown>, "summary" | "content">[] }
  | Blocks;

/** `unclear`: pairs of shares that may hold the same readings, where one of them has neither readings nor cells. */
export type United<Source> = Share<Source> & {
  readonly unclear: readonly { readonly winner: Share<Source>; readonly loser: Share<Source> }[];
};

/** The most complete one first. Two shares of one window never have one name, so the order is always the same. */
export function moreFirst(a: Share<unknown>, b: Share<unknown>): number {
  return b.summary.count - a.summary.count || (a.name < b.name ? -1 : 1);
}

type Readings = Extract<WindowContent, { kind: "readings" }>;
type Blocks = {
  readonly kind: "blocks";
  readonly counted: readonly Block[];
  readonly least: readonly Block[];
  readonly arrivalToleranceMs: number;
};
type With<Content, Source> = Omit<Share<Source>, "content"> & { readonly content: Content };

function resolved(content: ShareContent, summary: WindowSummary, window: WindowSpan): Readings | Blocks {
  switch (content.kind) {
    case "readings":
    case "blocks":
      return content;
    case "cells":
      return blocks(blocksOfCells(content.cells), content.arrivalToleranceMs);
    case "none":
      return blocks(blocksOfSummary(summary, window), 0);
    case "sum": {
      const parts = content.of.map((part) => resolved(part.content, part.summary, window));
      const arrivalToleranceMs = Math.max(...parts.map((part) => part.arrivalToleranceMs));
      if (parts.every((part) => part.kind === "readings")) {
        const readings = parts.flatMap((part) => part.readings).toSorted((a, b) => a.timeMs - b.timeMs);
        return { kind: "readings", readings, arrivalToleranceMs, quantiles: parts.some((part) => part.quantiles) };
      }
      const all = parts.map(asBlocks);
      const counted = all.flatMap((part) => part.counted);
      return { kind: "blocks", counted, least: all.flatMap((part) => part.least), arrivalToleranceMs };
    }
  }
}

function asBlocks(content: Readings | Blocks): Blocks {
  if (content.kind === "blocks") return content;
  return blocks(blocksOfReadings(content.readings), content.arrivalToleranceMs);
}

function blocks(all: readonly Block[], arrivalToleranceMs: number): Blocks {
  return { kind: "blocks", counted: all, least: all, arrivalToleranceMs };
}

function unitedByReadings<Source>(
  shares: readonly With<Readings, Source>[],
  window: WindowSpan,
): With<Readings, Source> {
  const [most] = shares as [With<Readings, Source>];
  const arrivalToleranceMs = Math.max(...shares.map(({ content }) => content.arrivalToleranceMs));
  const quantiles = shares.some(({ content }) => content.quantiles);
  const readings = distinctReadings(
    shares.map(({ name, content }) => ({ name, readings: content.readings })),
    arrivalToleranceMs,
  );
  const sources = shares.flatMap((share) => share.sources);
  // The others have nothing that the fullest one lacks: it stays as it is, to the last digit.
  if (sameReadings(readings, most.content.readings)) {
    return { ...most, content: { ...most.content, arrivalToleranceMs }, sources };
  }
  return {
    name: most.name,
    summary: summaryOfReadings(readings, { ...window, quantiles }),
    content: { kind: "readings", readings, arrivalToleranceMs, quantiles },
    bounds: null,
    sources,
  };
}

/** @param united in order. */
function sameReadings(united: readonly WindowReading[], others: readonly WindowReading[]): boolean {
  if (united.length !== others.length) return false;
  const ordered = others.toSorted(inOrder);
  return united.every((reading, i) => inOrder(reading, ordered[i]!) === 0);
}

/** @param shares ordered by {@link moreFirst}. */
function unitedByBlocks<Source>(shares: readonly With<Readings | Blocks, Source>[]): United<Source> {
  const contents = shares.map(({ content }) => asBlocks(content));
  const arrivalToleranceMs = Math.max(...contents.map((content) => content.arrivalToleranceMs));
  const merged = shares.map(({ summary }) => summary).reduce(mergeSummaries);
  const nearMs = Math.min(arrivalToleranceMs, (merged.lastMs - merged.firstMs) / merged.count / 2);
  const components = componentsOf(
    contents.map(({ counted }) => counted),
    nearMs,
  );
  const winners = components.map(winnerOf);
  const counted = blocksInOrder(winners);
  const sameForLeast = contents.every((of) => of.counted === of.least && of.counted.every((block) => !block.byArrival));
  const least = sameForLeast
    ? winners
    : componentsOf(
        contents.map((of) => of.least),
        arrivalToleranceMs,
      ).map(winnerOf);
  // What the shares themselves may have beyond the blocks that they count.
  const beyond = total(shares, ({ bounds, summary }) => (bounds === null ? 0 : bounds.countMax - summary.count));
  const count = total(winners, (tally) => tally.count);
  const countMin = total(least, (tally) => tally.count);
  const countMax = beyond + total(components, differentReadings);
  const bounds = countMin === count && countMax === count ? null : { countMin, countMax };
  return {
    name: shares[0]!.name,
    summary: summaryOf({
      shares,
      merged,
      apart: components.every((of) => of.length === 1),
      winners,
      exact: bounds === null,
    }),
    content: { kind: "blocks", counted, least: blocksInOrder(least), arrivalToleranceMs },
    bounds,
    sources: shares.flatMap(({ sources }) => sources),
    unclear: unclearPairs(components, shares),
  };
}

/** The share with the most readings; among equal ones, the first. */
function winnerOf(component: Component): Tally {
  return component.reduce((best, one) => (one.count > best.count ? one : best));
}

/** In the order of the shares, so that the intervals of one block stay together. */
function blocksInOrder(winners: readonly Tally[]): readonly Block[] {
  return winners.flatMap((tally) => tally.blocks);
}

/** At most so many readings are in the component: shares with one hash have the same ones. */
function differentReadings(component: Component): number {
  const different = new Map(
    component.map((tally) => [tally.hash === null ? tally : `${tally.count} ${tally.hash}`, tally.count]),
  );
  return total([...different.values()], (count) => count);
}

function summaryOf<Source>({
  shares,
  merged,
  apart,
  winners,
  exact,
}: {
  readonly shares: readonly Share<Source>[];
  readonly merged: WindowSummary;
  /** No two of them have blocks that are connected. */
  readonly apart: boolean;
  readonly winners: readonly Tally[];
  readonly exact: boolean;
}): WindowSummary {
  if (apart) return merged;
  const [first] = winners as [Tally];
  if (winners.every((winner) => winner.share === first.share)) {
    const { summary } = shares[first.share]!;
    if (exact) return summary;
    const { count, numericCount, sum, mean, m2 } = summary;
    return { ...merged, count, numericCount, sum, mean, m2 };
  }
  const numericCount = total(winners, (winner) => winner.numericCount);
  const sum = total(winners, (winner) => winner.sum);
  return {
    ...merged,
    count: total(winners, (winner) => winner.count),
    numericCount,
    sum,
    mean: numericCount === 0 ? 0 : sum / numericCount,
    // The variance is that of the readings of all shares, of which some are counted twice.
    m2: numericCount === 0 ? 0 : (merged.m2 / merged.numericCount) * numericCount,
  };
}

function unclearPairs<Source>(
  components: readonly Component[],
  shares: readonly Share<Source>[],
): United<Source>["unclear"] {
  const found = new Map<string, { winner: Share<Source>; loser: Share<Source> }>();
  for (const component of components) {
    const winner = winnerOf(component);
    for (const loser of component) {
      if (loser === winner || (winner.hash !== null && loser.hash !== null)) continue;
      const pair = { winner: shares[winner.share]!, loser: shares[loser.share]! };
      found.set(`${winner.share} ${loser.share}`, pair);
    }
  }
  return [...found.values()];
}

function total<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}
