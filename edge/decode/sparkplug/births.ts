/** The births of an edge node and its devices, by device. */
export type Births = Map<string, Birth>;

export type Birth = {
  /** The aliases are valid for messages since then; undefined: an earlier version of Tidemark did not store the time. */
  readonly sinceMs: number | undefined;
  readonly metrics: KnownMetrics;
};

/** By name (`n...`) and by alias (`a...`). */
export type KnownMetrics = ReadonlyMap<string, KnownMetric>;

export type KnownMetric = {
  readonly name: string;
  readonly datatype: number | undefined;
  readonly unit: string | undefined;
};

/** Births as text, for the memory of the decoder. */
export function birthsText(births: Births): string {
  return JSON.stringify(
    [...births].map(([device, { metrics, sinceMs }]) => [
      device,
      [...metrics].map(([key, { name, datatype, unit }]) => [key, name, datatype ?? null, unit ?? null]),
      ...(sinceMs === undefined ? [] : [sinceMs]),
    ]),
  );
}

/** A damaged text counts as no births. The gateway then asks the node for a rebirth. */
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

/** Whether two births give the same meaning to the same names and aliases. */
export function haveSameMeaning(one: KnownMetrics, other: KnownMetrics): boolean {
  if (one.size !== other.size) return false;
  for (const [key, { name, datatype, unit }] of one) {
    const same = other.get(key);
    if (same?.name !== name || same.datatype !== datatype || same.unit !== unit) return false;
  }
  return true;
}
