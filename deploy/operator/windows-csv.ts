import { readFileSync } from "node:fs";
import { CsvError, parse } from "csv-parse/sync";
import { Fault } from "../../proto/core/fault.ts";
import type { CommandWindow } from "../../proto/wire/http/commands.ts";

/**
 * The windows of a CSV file, for a backfill: a column `start` and either `value`, or `count, sum, min, max` with
 * `stddev, first, last` if they are known. The region checks the values.
 *
 * @throws Fault that names file and line of the first mistake.
 */
export function readWindows(file: string): readonly CommandWindow[] {
  const [header, ...rows] = rowsOf(file);
  if (header === undefined || rows.length === 0) throw fault(file, "no windows in it", HINT);
  const names = header.record.map((name) => name.trim());
  for (const name of names) {
    if (!COLUMNS.includes(name)) throw fault(`${file}:${header.line}`, `unknown column ${JSON.stringify(name)}`, HINT);
  }
  const startAt = names.indexOf("start");
  if (startAt < 0 || names.length < 2) throw fault(`${file}:${header.line}`, "expected a column start", HINT);
  return rows.map(({ record, line }) => {
    const fields = new Map(names.map((name, i) => [name, record[i]!.trim()]));
    const start = fields.get("start")!;
    const value = fields.get("value");
    if (value !== undefined) return { start, value: readValue(value) };
    const numbers = names.filter((name) => name !== "start" && fields.get(name) !== "");
    return {
      start,
      summary: Object.fromEntries(
        numbers.map((name) => [name, readNumber(fields.get(name)!, `${file}:${line}`, name)]),
      ),
    };
  });
}

type Row = { readonly record: string[]; readonly line: number };

function rowsOf(file: string): readonly Row[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new Fault({ code: "file", message: `cannot read ${file}: ${reason}`, cause });
  }
  try {
    const rows: Row[] = [];
    const take = (record: string[], { lines: line }: { lines: number }): null => {
      rows.push({ record, line });
      return null;
    };
    parse(text, { bom: true, skip_empty_lines: true, on_record: take });
    return rows;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new Fault({ code: "file", message: `${file}: ${cause.message}`, cause });
  }
}

function readValue(text: string): number | string | boolean {
  if (text === "true" || text === "false") return text === "true";
  return isNumber(text) ? Number(text) : text;
}

function readNumber(text: string, place: string, column: string): number {
  if (isNumber(text)) return Number(text);
  throw fault(place, `${column}: ${JSON.stringify(text)} is not a number`, "");
}

function isNumber(text: string): boolean {
  return text !== "" && Number.isFinite(Number(text));
}

function fault(place: string, message: string, hint: string): Fault {
  return new Fault({ code: "file", message: `${place}: ${message}`, hint });
}

const COLUMNS = ["start", "value", "count", "sum", "min", "max", "stddev", "first", "last"];
const HINT = "columns: start,value or start,count,sum,min,max[,stddev,first,last]";
