import type { Limits } from "./drill-file.ts";
import { formatNumber, formatMs, percentile } from "../terminal/figures.ts";
import { isClean } from "./ledger.ts";
import type { Ledger } from "./ledger.ts";
import type { Findings, Measurements, Verdict } from "./outcome.ts";

/** The figures that have limits, and some more, from the findings. */
export function measurementsOf({ events, healedAtMs, ...found }: Findings): Measurements {
  const measured = events.filter((event) => event.measured);
  const sightings = measured.flatMap(({ beganAtMs, sightings: all }) => all.map((one) => ({ beganAtMs, ...one })));
  const rtoMs = sightings.map(({ beganAtMs, durableAtMs }) => (durableAtMs === null ? null : durableAtMs - beganAtMs));
  const known = rtoMs.filter((ms) => ms !== null);
  const replicated = sightings.flatMap(({ beganAtMs, replicatedAtMs }) =>
    replicatedAtMs === null ? [] : [replicatedAtMs - beganAtMs],
  );
  const detected = measured.flatMap(({ beganAtMs, detectedAtMs }) =>
    detectedAtMs === null ? [] : [detectedAtMs - beganAtMs],
  );
  const sinceHealing = (atMs: number | null): number | null =>
    atMs === null || healedAtMs === null ? null : Math.max(0, atMs - healedAtMs);
  return {
    rtoMs,
    rtoP50Ms: percentile(known, 0.5),
    rtoP95Ms: percentile(known, 0.95),
    rtoMaxMs: percentile(known, 1),
    replicatedMaxMs: percentile(replicated, 1),
    detectedMs: detected.length === 0 ? null : Math.min(...detected),
    caughtUpMs: sinceHealing(found.caughtUpAtMs),
    repairMs: sinceHealing(found.repairedAtMs),
    backHomeMs: sinceHealing(found.backHomeAtMs),
  };
}

/**
 * A drill has passed only if it ran to its end, everything was measured, and every promise and limit was kept. A broken
 * promise is a failure, even where other figures are missing. Without a failure, a missing figure makes a drill incomplete.
 */
export function judge(
  findings: Findings,
  limits: Limits,
): { readonly verdict: Verdict; readonly reasons: readonly string[]; readonly sentence: string } {
  const measured = measurementsOf(findings);
  const failures = [
    ...(findings.lostMeanwhile === null ? [] : [findings.lostMeanwhile]),
    ...(findings.ledger === null ? [] : brokenPromises(findings.ledger)),
    ...overLimits(measured, limits),
    ...(limits.noticedMs === null ? [] : unnoticed(findings, limits.noticedMs)),
  ];
  const gaps = gapsIn(findings, measured, limits);
  const verdict = failures.length > 0 ? "failed" : gaps.length > 0 ? "incomplete" : "passed";
  const reasons = [...failures, ...gaps];
  return { verdict, reasons, sentence: sentenceOf(verdict, reasons, findings, measured) };
}

function brokenPromises({ regions, windowsDiffer }: Ledger): string[] {
  const broken: string[] = [];
  for (const { region, missing, twice, neverSent, miscounted } of regions) {
    if (missing.length > 0) {
      broken.push(
        `${formatNumber(missing.length)} acknowledged readings are missing in ${region}: ${examples(missing)}`,
      );
    }
    if (twice.length > 0) {
      broken.push(
        `${formatNumber(twice.length)} acknowledged readings are more than once in ${region}: ${examples(twice)}`,
      );
    }
    if (neverSent > 0) broken.push(`${region} has ${formatNumber(neverSent)} readings that were never sent`);
    for (const { device, windows, readings } of miscounted.slice(0, 3)) {
      broken.push(
        `the windows of ${device} in ${region} count ${formatNumber(windows)} readings, but there are ${formatNumber(readings)}`,
      );
    }
  }
  if (windowsDiffer.length > 0) {
    const { device, start } = windowsDiffer[0]!;
    broken.push(
      `${formatNumber(windowsDiffer.length)} windows differ between regions, for example the one of ${device} at ${start}`,
    );
  }
  return broken;
}

function examples(readings: readonly { readonly device: string; readonly id: number }[]): string {
  const shown = readings.slice(0, 5).map(({ device, id }) => `${device} #${id}`);
  return `${shown.join(", ")}${readings.length > shown.length ? ", ..." : ""}`;
}

function overLimits(measured: Measurements, limits: Limits): string[] {
  const over: string[] = [];
  const limit = (what: string, ms: number | null, atMost: number | null): void => {
    if (ms !== null && atMost !== null && ms > atMost)
      over.push(`${what} took ${formatMs(ms)}, the limit is ${formatMs(atMost)}`);
  };
  limit("the first new durable reading", measured.rtoMaxMs, limits.rtoMs);
  limit("the repair", measured.repairMs, limits.repairMs);
  limit("the return to the home region", measured.backHomeMs, limits.backHomeMs);
  return over;
}

/** Injections that no part reported in time, if the drill ran to its end. */
function unnoticed({ events, aborted }: Findings, withinMs: number): string[] {
  return events.flatMap(({ sentence, measured, beganAtMs, detectedAtMs }) => {
    if (!measured) return [];
    if (detectedAtMs === null) return aborted === null ? [`no part reported this: ${sentence}`] : [];
    const tookMs = detectedAtMs - beganAtMs;
    if (tookMs <= withinMs) return [];
    return [`the first report of this took ${formatMs(tookMs)}, the limit is ${formatMs(withinMs)}: ${sentence}`];
  });
}

function gapsIn(findings: Findings, measured: Measurements, limits: Limits): string[] {
  if (findings.aborted !== null) return [`the drill was stopped: ${findings.aborted}`];
  return [
    ...(measured.rtoMs.length === 0 || measured.rtoMs.includes(null)
      ? ["no new reading became durable after an injection"]
      : []),
    ...(findings.healedAtMs === null ? ["an injection was not ended"] : []),
    ...(findings.caughtUpAtMs === null ? ["the deployment did not recover"] : []),
    ...(limits.backHomeMs !== null && findings.backHomeAtMs === null
      ? ["batches did not return to the home region"]
      : []),
    ...(findings.repairedAtMs === null ? ["not every region got back what it missed"] : []),
    ...(findings.ledger === null ? ["the readings were not compared, id by id"] : []),
    ...(findings.setsEqualAtMs === null ? ["the regions do not hold the same"] : []),
  ];
}

function sentenceOf(
  verdict: Verdict,
  reasons: readonly string[],
  { ledger }: Findings,
  { rtoMaxMs, repairMs }: Measurements,
): string {
  if (verdict === "incomplete") return `Nothing is proved: ${reasons[0]}.`;
  if (verdict === "failed" || ledger === null || rtoMaxMs === null || repairMs === null) {
    return `A promise or a limit was broken: ${reasons[0]}.`;
  }
  const places = ledger.regions.map(({ region }) => region).join(", ");
  return (
    `All ${formatNumber(ledger.acknowledged)} acknowledged readings are in ${places}, each once; ` +
    `new ones were durable ${formatMs(rtoMaxMs)} after the injection, and everything was repaired ${formatMs(repairMs)} after it ended.`
  );
}

/** Whether a comparison found nothing wrong, so that the drill need not compare again. */
export function isSettled(ledger: Ledger): boolean {
  return ledger.regions.length > 0 && ledger.acknowledged > 0 && isClean(ledger);
}
