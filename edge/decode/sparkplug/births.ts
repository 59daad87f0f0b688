/** What the births of an edge node and its devices said: by device, and there by name (`n...`) and by number (`a...`). */
export type Births = Map<string, Map<string, KnownMetric>>;

export type KnownMetric = {
  readonly name: string;
  readonly datatype: number | undefined;
  readonly unit: string | undefined;
};

/** For the memory of the decoder. */
export function birthsText(births: Births): string {
  return JSON.stringify(
    [...births].map(([device, metrics]) => [
      device,
      [...metrics].map(([key, { name, datatype, unit }]) => [key, name, datatype ?? null, unit ?? null]),
    ]),
  );
}

/** A text that is none is as good as no births: the node will be asked. */
export function parsedBirths(text: string | undefined): Births {
  if (text === undefined) return new Map();
  try {
    const rows = JSON.parse(text) as [string, [string, string, number | null, string | null][]][];
    return new Map(
      rows.map(([device, metrics]) => [
        device,
        new Map(
          metrics.map(([key, name, datatype, unit]) => [
            key,
            { name, datatype: datatype ?? undefined, unit: unit ?? undefined },
          ]),
        ),
      ]),
    );
  } catch {
    return new Map();
  }
}
