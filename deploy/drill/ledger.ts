import { createHash } from "node:crypto";

/**
 * The two sides of the account: what canaries were acknowledged, and what regions answer. Everything here is arithmetic
 * over what was collected (evidence.ts).
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
  /** The values of its raw readings, as they came. */
  readonly ids: readonly number[];
  /** Its windows, by their start: the text of the whole record, and how many readings it counts. */
  readonly windows: ReadonlyMap<string, { readonly text: string; readonly count: number }>;
};

export type ReadingAtFault = { readonly device: string; readonly id: number; readonly acknowledgedAt: string };

export type RegionLedger = {
  readonly region: string;
  readonly readings: number;
  /** Of everything that it answers for these devices: equal where regions answer alike. */
  readonly digest: string;
  /** Acknowledged, and not there. */
  readonly missing: readonly ReadingAtFault[];
  /** Acknowledged, and there more than once. */
  readonly twice: readonly ReadingAtFault[];
  /** There, and never sent. */
  readonly neverSent: number;
  /** Devices whose windows count another number of readings than there are. */
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

/** Nothing missing, nothing twice, nothing answered differently: what every drill must end with. */
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

/** What was acknowledged before a moment by the clock of the drill. */
export function acknowledgedBefore({ acknowledgedAtMs }: CanaryLog, wallMs: number): readonly number[] {
  return acknowledgedAtMs.flatMap((atMs, i) => (atMs !== undefined && atMs < wallMs ? [i + 1] : []));
}

function regionLedger(
  region: string,
  devices: readonly DeviceContents[],
  logs: ReadonlyMap<string, CanaryLog>,
): RegionLedger {
  const missing: ReadingAtFault[] = [];
  const twice: ReadingAtFault[] = [];
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
      if (found === 0) missing.push(atFault(log, id));
      else if (found > 1) twice.push(atFault(log, id));
    }
    for (const id of times.keys()) if (!(Number.isInteger(id) && id >= 1 && id <= log.sentAtMs.length)) neverSent++;
    let counted = 0;
    for (const { count } of windows.values()) counted += count;
    // Where no such windows are made at all there is nothing to compare.
    if (windows.size > 0 && counted !== ids.length) miscounted.push({ device, windows: counted, readings: ids.length });
  }
  const hex = digest.digest("hex").slice(0, DIGEST_SHOWN);
  return { region, readings, digest: hex, missing, twice, neverSent, miscounted };
}

const DIGEST_SHOWN = 16;

function atFault(log: CanaryLog, id: number): ReadingAtFault {
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
