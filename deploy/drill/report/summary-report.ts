import { formatNumber, formatMs } from "../../terminal/figures.ts";
import type { DrillOutcome } from "../outcome.ts";

/** A Markdown table with a row for each drill. */
export function summaryTable(outcomes: readonly DrillOutcome[]): string {
  const ms = (value: number | null): string => (value === null ? "-" : formatMs(value));
  const rows = outcomes.map(({ drill, verdict, measured, findings: { ledger } }) => {
    const missing = ledger?.regions.reduce((sum, region) => sum + region.missing.length, 0);
    const twice = ledger?.regions.reduce((sum, region) => sum + region.twice.length, 0);
    return [
      drill,
      verdict,
      ms(measured.rtoP50Ms),
      ms(measured.rtoP95Ms),
      missing === undefined ? "-" : formatNumber(missing),
      twice === undefined ? "-" : formatNumber(twice),
      ms(measured.repairMs),
      ms(measured.backHomeMs),
    ];
  });
  const heads = ["drill", "verdict", "RTO p50", "RTO p95", "RPO (missing)", "twice", "repair", "back home"];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
