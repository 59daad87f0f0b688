/** What the births of an edge node and its devices said, by device. */
export type Births = Map<string, Birth>;

export type Birth = {
  /** Numbers in messages that came since then mean what it says; undefined: an earlier version did not write it down. */
  readonly sinceMs: number | undefined;
  readonly metrics: KnownMetrics;
};

/** By name (`n...`) and by number (`a...`). */
export type KnownMetrics = ReadonlyMap<string, KnownMetric>;

export type KnownMetric = {
  readonly name: string;
  readonly datatype: number | undefined;
  readonly unit: string | undefined;
};

/** For the memory of the decoder. */
export function birthsText(births: Births): string {
  return JSON.stringify(
    [...births].map(([device, { metrics, sinceMs }]) => [
      device,
      [...metrics].map(([key, { name, datatype, unit }]) => [key, name, datatype ?? null, unit ?? null]),
      ...(sinceMs === undefined ? [] : [sinceMs]),
    ]),
  );
}

/** A text that is none is as good as no births: the node will be asked. */
export function parsedBirths(text: string | undefined): Births {
  if (text === undefined) return new Map();
  try {
    const rows = JSON.parse(text) as [string, [string, string, number | null, string | null][], number?][];
    return new Map(
      rows.map(([device, metrics, sinceMs]) => [
        device,
        {
          sinceMs,
          metrics: new Map(
            metrics.map(([key, name, datatype, unit]) => [
              key,
              { name, datatype: datatype ?? undefined, unit: unit ?? undefined },
            ]),
          ),
        },
      ]),
    );
  } catch {
    return new Map();
  }
}

/** Whether two births give the same meaning to the same names and numbers. */
export function sayTheSame(one: KnownMetrics, other: KnownMetrics): boolean {
  if (one.size !== other.size) return false;
  for (const [key, { name, datatype, unit }] of one) {
    const same = other.get(key);
    if (same?.name !== name || same.datatype !== datatype || same.unit !== unit) return false;
  }
  return true;
}
