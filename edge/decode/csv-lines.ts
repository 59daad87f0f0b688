import { parse } from "csv-parse/sync";

/** Lines of values separated by commas, semicolons or tabs. Each line becomes an object by column. Pure and total. */
export type CsvLines =
  | { readonly kind: "rows"; readonly rows: readonly Readonly<Record<string, string>>[] }
  | { readonly kind: "syntax"; readonly detail: string };

/** @param columns undefined: the first line names them. */
export function csvLines(text: string, columns: readonly string[] | undefined): CsvLines {
  try {
    const cells: string[][] = parse(text, {
      delimiter: delimiterOf(text),
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    });
    const names = columns ?? cells.shift() ?? [];
    for (const [i, row] of cells.entries()) {
      if (row.length === names.length) continue;
      const line = i + (columns === undefined ? 2 : 1);
      return {
        kind: "syntax",
        detail: `line ${line} has ${row.length} values, expected ${names.length}: ${names.join(", ")}`,
      };
    }
    if (cells.length === 0) return { kind: "syntax", detail: "no line with values" };
    return { kind: "rows", rows: cells.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]!]))) };
  } catch (error) {
    return { kind: "syntax", detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether the text is CSV with a header: names in the first line, and as many values, with a number, in the second. */
export function looksLikeCsv(text: string): boolean {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const [head, first] = lines;
  if (head === undefined || first === undefined || lines.length > LINES_MAX) return false;
  const delimiter = delimiterOf(head);
  const names = head.split(delimiter);
  const isName = (name: string): boolean => /^[\p{L}_][\p{L}\p{N} _.()/%°-]*$/u.test(name.trim().replace(/^"|"$/g, ""));
  if (names.length < 2 || !names.every(isName)) return false;
  const values = first.split(delimiter);
  return (
    values.length === names.length && values.some((value) => value.trim() !== "" && Number.isFinite(Number(value)))
  );
}

function delimiterOf(text: string): string {
  const head = text.split("\n", 1)[0] ?? "";
  return [";", "\t"].find((delimiter) => head.includes(delimiter)) ?? ",";
}

const LINES_MAX = 10_000;
