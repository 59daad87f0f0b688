import type { DrillOutcome } from "../outcome.ts";
import type { Sample } from "../samples.ts";

/** What a part did over time, as spans of one state each: pure, from the samples of a drill. */
export type Lane = { readonly name: string; readonly spans: readonly Span[] };
export type Span = { readonly fromMs: number; readonly toMs: number; readonly state: string };

/** Regions: `up` or `no answer`. Gateways: the region that takes their batches, `no region`, `full`, or `no answer`. */
export function lanesOf({
  samples,
  regions,
  gateways,
}: Pick<DrillOutcome, "samples" | "regions" | "gateways">): Lane[] {
  return [
    ...regions.map((name) =>
      lane(name, samples, (sample) => (sample.regions.get(name) === undefined ? NO_ANSWER : "up")),
    ),
    ...gateways.map((name) => lane(name, samples, (sample) => gatewayState(sample, name))),
  ];
}

const NO_ANSWER = "no answer";

function gatewayState(sample: Sample, name: string): string {
  const gateway = sample.gateways.get(name);
  if (gateway === undefined) return NO_ANSWER;
  if (gateway.full) return "full";
  return gateway.activeRegion ?? "no region";
}

function lane(name: string, samples: readonly Sample[], stateOf: (sample: Sample) => string): Lane {
  const spans: { fromMs: number; toMs: number; state: string }[] = [];
  for (const sample of samples) {
    const state = stateOf(sample);
    const last = spans.at(-1);
    if (last !== undefined) last.toMs = sample.atMs;
    if (last?.state !== state) spans.push({ fromMs: sample.atMs, toMs: sample.atMs, state });
  }
  return { name, spans };
}

/** A value over time, as ECharts takes it: `[seconds, value]`; a null breaks the line. */
export type Curve = { readonly name: string; readonly points: readonly (readonly [number, number | null])[] };

/**
 * The growth of a counter per second, between samples that are at least one second apart. Where a part does not answer, the
 * line has a gap.
 */
export function rateCurve(
  name: string,
  samples: readonly Sample[],
  counter: (sample: Sample, index: number) => number | undefined,
): Curve {
  const points: [number, number | null][] = [];
  let before: { atMs: number; value: number } | undefined;
  for (const [i, sample] of samples.entries()) {
    const value = counter(sample, i);
    if (value === undefined) {
      if (before !== undefined) points.push([sample.atMs / 1000, null]);
      before = undefined;
      continue;
    }
    if (before === undefined) before = { atMs: sample.atMs, value };
    const tookMs = sample.atMs - before.atMs;
    if (tookMs < RATE_OVER_MS) continue;
    points.push([sample.atMs / 1000, Math.max(0, Math.round(((value - before.value) / tookMs) * 1000))]);
    before = { atMs: sample.atMs, value };
  }
  return { name, points };
}

export function levelCurve(
  name: string,
  samples: readonly Sample[],
  level: (sample: Sample) => number | undefined,
): Curve {
  return {
    name,
    points: samples.flatMap((sample): [number, number][] => {
      const value = level(sample);
      return value === undefined ? [] : [[sample.atMs / 1000, value]];
    }),
  };
}

const RATE_OVER_MS = 1000;
