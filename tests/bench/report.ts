/** One measured figure. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: "msg/s" | "readings/s" | "records/s" | "ms" | "s" | "B" | "MB" | "x" | "% of a core" | "";
};

export type Section = { readonly workload: string; readonly about: string; readonly figures: readonly Figure[] };

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The figures of one workload as a table, numbers aligned at their ends. */
export function sectionText(section: Section): string {
  const rows = section.figures.map((figure) => [figure.name, number(figure), figure.unit] as const);
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  const lines = rows.map(([name, value, unit]) => `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)} ${unit}`);
  return [`${section.workload}: ${section.about}`, ...lines.map((line) => line.trimEnd()), ""].join("\n");
}

function number({ value, unit }: Figure): string {
  const digits = unit === "x" || unit === "ms" || unit === "B" || unit === "s" ? 2 : unit === "MB" ? 1 : 0;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
