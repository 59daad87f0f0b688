/** Metrics by name. A metric with a `label` has one number for each value of the label. */
export type MetricTable = Readonly<
  Record<string, { readonly kind: "counter" | "gauge"; readonly help: string; readonly label?: string }>
>;

/** A number for each metric of a table, or for each value of its label. */
export type MetricValues<T extends MetricTable> = {
  readonly [N in keyof T]: T[N] extends { readonly label: string } ? ReadonlyMap<string, number> : number;
};
