import { createHash } from "node:crypto";

/**
 * The ledger of a drill compares two sides: the readings that were acknowledged to the canaries, and what the regions
 * answer. This file is pure arithmetic; evidence.ts asks the regions.
 */
export interface CanaryLog {
  readonly device: string;
  /** The gateway that it belongs to. */
  readonly home: string;
  /** When reading `i + 1` was sent, by the clock of the drill. */
  readonly sentAtMs: readonly number[];
  /** When its PUBACK came; undefined: not yet, or never. */
  readonly acknowledgedAtMs: readonly (number | undefined)[];
}

/** What one region answers for one device. */
export type DeviceContents = {
  readonly device: string;
  readonly region: string;
  /** The values of its raw readings, in the order of the answer. */
  readonly ids: readonly number[];
  /** Its windows by their start: the whole record as text, and how many readings it counts. */
  readonly windows: ReadonlyMap<string, { readonly text: string; readonly count: number }>;
};

export type NamedReading = { readonly device: string; readonly id: number; readonly acknowledgedAt: string };

export type RegionLedger = {
  readonly region: string;
  readonly readings: number;
  /** A hash of everything that it answers for these devices. Regions with the same answers have the same digest. */
  readonly digest: string;
  /** Acknowledged, but not there. */
  readonly missing: readonly NamedReading[];
  /** Acknowledged, and there more than once. */
  readonly twice: readonly NamedReading[];
  /** There, but never sent. */
  readonly neverSent: number;
  /** Devices whose windows do not count as many readings as there are. */
  readonly miscounted: readonly { readonly device: string; readonly windows: number; readonly readings: number }[];
};

export type Ledger = {
  readonly sent: number;
  readonly acknowledged: number;
  readonly regions: readonly RegionLedger[];
  /** Windows that regions answer differently: the answers by region. */
  readonly windowsDiffer: readonly {
    readonly device: string;
    readonly start: string;
    readonly answers: Readonly<Record<string, string | null>>;
  }[];
};

export function ledgerOf(logs: readonly CanaryLog[], contents: readonly DeviceContents[]): Ledger {
  const byDevice = new Map(logs.map((log) => [log.device, log]));
  const byRegion = Map.groupBy(contents, ({ region }) => region);
  return {
    sent: logs.reduce((sum, log) => sum + log.sentAtMs.length, 0),
    acknowledged: logs.reduce((sum, log) => sum + acknowledgedIds(log).length, 0),
    regions: [...byRegion].map(([region, devices]) => regionLedger(region, devices, byDevice)),
    windowsDiffer: windowsThatDiffer(contents),
  };
}

/** Nothing is missing, twice, or answered differently. Every drill must end with this. */
export function isClean({ regions, windowsDiffer }: Ledger): boolean {
  return (
    windowsDiffer.length === 0 &&
    regions.every(
      ({ missing, twice, neverSent, miscounted }) =>
        missing.length === 0 && twice.length === 0 && neverSent === 0 && miscounted.length === 0,
    )
  );
}

export function acknowledgedIds({ acknowledgedAtMs }: CanaryLog): readonly number[] {
  const ids: number[] = [];
  for (let i = 0; i < acknowledgedAtMs.length; i++) if (acknowledgedAtMs[i] !== undefined) ids.push(i + 1);
  return ids;
}

/** The ids that were acknowledged before a moment, by the clock of the drill. */
export function acknowledgedBefore({ acknowledgedAtMs }: CanaryLog, wallMs: number): readonly number[] {
  return acknowledgedAtMs.flatMap((atMs, i) => (atMs !== undefined && atMs < wallMs ? [i + 1] : []));
}

function regionLedger(
  region: string,
  devices: readonly DeviceContents[],
  logs: ReadonlyMap<string, CanaryLog>,
): RegionLedger {
  const missing: NamedReading[] = [];
  const twice: NamedReading[] = [];
  const miscounted: { device: string; windows: number; readings: number }[] = [];
  let readings = 0;
  let neverSent = 0;
  const digest = createHash("sha256");
  for (const { device, ids, windows } of devices) {
    const log = logs.get(device);
    if (log === undefined) continue;
    readings += ids.length;
    const answers = [...windows.values()].map(({ text }) => text);
    digest.update(JSON.stringify([device, ids.toSorted((a, b) => a - b), answers]));
    const times = new Map<number, number>();
    for (const id of ids) times.set(id, (times.get(id) ?? 0) + 1);
    for (const id of acknowledgedIds(log)) {
      const found = times.get(id) ?? 0;
      if (found === 0) missing.push(namedReading(log, id));
      else if (found > 1) twice.push(namedReading(log, id));
    }
    for (const id of times.keys()) if (!(Number.isInteger(id) && id >= 1 && id <= log.sentAtMs.length)) neverSent++;
    let counted = 0;
    for (const { count } of windows.values()) counted += count;
    // A deployment that makes no windows of this length has nothing to compare.
    if (windows.size > 0 && counted !== ids.length) miscounted.push({ device, windows: counted, readings: ids.length });
  }
  const hex = digest.digest("hex").slice(0, DIGEST_SHOWN);
  return { region, readings, digest: hex, missing, twice, neverSent, miscounted };
}

const DIGEST_SHOWN = 16;

function namedReading(log: CanaryLog, id: number): NamedReading {
  return { device: log.device, id, acknowledgedAt: new Date(log.acknowledgedAtMs[id - 1]!).toISOString() };
}

function windowsThatDiffer(contents: readonly DeviceContents[]): Ledger["windowsDiffer"] {
  const differ: { device: string; start: string; answers: Readonly<Record<string, string | null>> }[] = [];
  for (const [device, answers] of Map.groupBy(contents, (one) => one.device)) {
    const starts = new Set(answers.flatMap(({ windows }) => [...windows.keys()]));
    for (const start of starts) {
      const texts = answers.map(({ windows }) => windows.get(start)?.text ?? null);
      if (texts.every((text) => text === texts[0])) continue;
      differ.push({ device, start, answers: Object.fromEntries(answers.map(({ region }, i) => [region, texts[i]!])) });
    }
  }
  return differ;
}
