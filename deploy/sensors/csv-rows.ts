import type { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { Fault } from "../../proto/core/fault.ts";

/** One row of a CSV file, as the message of a sensor. */
export type CsvRow = {
  /** Line in the file where the row ends, from 1. */
  readonly line: number;
  /** The time of the row, for the pace of a replay. Text without a zone is UTC here; in the message the gateway decides. */
  readonly timeMs: number;
  /** `{"ts": ..., "column": value, ...}`, with every number exactly as in the file. */
  readonly json: string;
  readonly values: number;
  /** Columns without a value in this row; they are not in the message. */
  readonly missing: number;
};

const TIME_COLUMNS = ["timestamp", "ts", "time"];
const MISSING = new Set(["", "na", "n/a", "nan", "null", "none", "-"]);
const LINE_MAX_CHARS = 1 << 20;

/**
 * Reads the rows of a CSV file one after the other, never the whole file. The first line names the columns. One column is the
 * time, every other column is a metric.
 *
 * Numbers go into the JSON as text: a conversion to a double could change 0.00479298817650529, and then sums would differ.
 * Spellings that JSON does not allow (`+1`, `.5`, `5.`) are completed.
 *
 * @throws Fault that names file, line and column of the first value that cannot be sent. The rows before it were yielded.
 */
export async function* csvRows(
  input: Readable,
  options: { name: string; timeColumn?: string },
): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: true,
    info: true,
    skip_empty_lines: true,
    max_record_size: LINE_MAX_CHARS,
    // readRow checks it, with a better message.
    relax_column_count: true,
  });
  input.on("error", (error) => parser.destroy(error));
  input.pipe(parser);
  let columns: Columns | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const at = { name: options.name, line: info.lines };
      if (columns === undefined) columns = readHeader(record, at, options.timeColumn);
      else yield readRow(record, columns, at);
    }
  } catch (error) {
    throw csvFault(error, options.name);
  } finally {
    input.destroy();
  }
  if (columns === undefined) {
    throw new Fault({
      code: "file",
      message: `${options.name}: the file is empty`,
      hint: "a first line must name the columns",
    });
  }
}

type Place = { readonly name: string; readonly line: number };
type Columns = { readonly time: number; readonly names: readonly string[]; readonly keys: readonly string[] };

function readHeader(record: readonly string[], at: Place, timeColumn: string | undefined): Columns {
  const names = record.map((name) => name.trim());
  for (const [index, name] of names.entries()) {
    if (name === "") throw rowFault(at, `column ${index + 1} has no name`);
    if (names.indexOf(name) !== index) throw rowFault(at, `two columns are called ${JSON.stringify(name)}`);
    if (name === "__proto__")
      throw rowFault(at, "a column cannot be called __proto__", "a gateway refuses it as the name of a metric");
  }
  const isTime = (name: string): boolean =>
    timeColumn === undefined ? TIME_COLUMNS.includes(name.toLowerCase()) : name === timeColumn;
  const time = names.findIndex(isTime);
  if (time < 0) {
    const wanted = timeColumn === undefined ? TIME_COLUMNS.join(", ") : JSON.stringify(timeColumn);
    const hint = names.length === 1 ? "the columns must be separated by commas" : "name it with --time-column";
    throw rowFault(at, `no time column (${wanted}) among ${names.join(", ")}`, hint);
  }
  if (names.some((name, index) => name === "ts" && index !== time)) {
    const hint = '"ts" holds the time in the message: choose it with --time-column ts, or rename the column';
    throw rowFault(at, `there is a column "ts" besides the time column ${JSON.stringify(names[time])}`, hint);
  }
  if (names.length === 1) throw rowFault(at, "there is no column except the time column");
  return { time, names, keys: names.map((name) => JSON.stringify(name)) };
}

function readRow(record: readonly string[], columns: Columns, at: Place): CsvRow {
  if (record.length !== columns.names.length) {
    throw rowFault(at, `the row has ${record.length} columns, the first line has ${columns.names.length}`);
  }
  const time = readTime(record[columns.time]!.trim());
  if (time === undefined) {
    const found = JSON.stringify(record[columns.time]);
    const hint = "accepted: 2026-01-31T08:15:00Z, 2026-01-31 08:15:00, or seconds, ms, us or ns since 1970";
    throw rowFault(at, `${columns.names[columns.time]}: ${found} is not a time`, hint);
  }
  let json = `{"ts":${time.json}`;
  let values = 0;
  for (const [index, field] of record.entries()) {
    if (index === columns.time) continue;
    const text = field.trim();
    if (MISSING.has(text.toLowerCase())) continue;
    json += `,${columns.keys[index]}:${jsonValue(text, { ...at, column: columns.names[index]! })}`;
    values++;
  }
  return { line: at.line, timeMs: time.timeMs, json: `${json}}`, values, missing: record.length - 1 - values };
}

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?([eE][+-]?\d+)?$/;

function jsonValue(text: string, at: Place & { column: string }): string {
  const [, sign, whole = "", fraction = "", exponent = ""] = NUMBER.exec(text) ?? [];
  // 007 is an identifier, not seven.
  const isNumber = sign !== undefined && whole + fraction !== "" && !/^0\d/.test(whole);
  if (isNumber) {
    if (!Number.isFinite(Number(text))) throw rowFault(at, `${at.column}: ${text} is too large for a number`);
    return `${sign === "-" ? "-" : ""}${whole === "" ? "0" : whole}${fraction === "" ? "" : `.${fraction}`}${exponent}`;
  }
  const word = text.toLowerCase();
  if (word === "true" || word === "false") return word;
  if (text.includes("\uFFFD")) throw rowFault(at, `${at.column}: not valid UTF-8`, "convert the file to UTF-8 first");
  return JSON.stringify(text);
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?$/i;
const EPOCH = /^\d{9,19}(\.\d+)?$/;

/** The time as JSON for the message, and in milliseconds. ISO text keeps its digits, and its zone if it has one. */
function readTime(text: string): { json: string; timeMs: number } | undefined {
  if (EPOCH.test(text)) {
    const wholeDigits = text.split(".")[0]!.length;
    const perMs = wholeDigits <= 10 ? 1e-3 : wholeDigits <= 13 ? 1 : wholeDigits <= 16 ? 1e3 : 1e6;
    return { json: text, timeMs: Math.floor(Number(text) / perMs) };
  }
  const parts = ISO.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day] = parts.map(Number);
  const daysInMonth = new Date(Date.UTC(year!, month!, 0)).getUTCDate();
  if (day! < 1 || day! > daysInMonth) return undefined;
  const zone = parts[8] === undefined ? "Z" : parts[8].replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
  const local = text.slice(0, text.length - (parts[8]?.length ?? 0)).replace(" ", "T");
  const timeMs = Date.parse(`${local}${zone.toUpperCase()}`);
  if (Number.isNaN(timeMs)) return undefined;
  return { json: JSON.stringify(parts[8] === undefined ? local : local + zone.toUpperCase()), timeMs };
}

function rowFault(at: Place, message: string, hint = ""): Fault {
  return new Fault({ code: "file", message: `${at.name}:${at.line}: ${message}`, hint });
}

function csvFault(error: unknown, name: string): unknown {
  if (error instanceof CsvError) {
    const line = typeof error["lines"] === "number" ? `:${error["lines"]}` : "";
    return new Fault({ code: "file", message: `${name}${line}: ${explain(error)}`, cause: error });
  }
  if (error instanceof Error && "syscall" in error) {
    return new Fault({ code: "file", message: `cannot read ${name}: ${error.message}`, cause: error });
  }
  return error;
}

function explain(error: CsvError): string {
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return "a quote is not closed";
    case "CSV_MAX_RECORD_SIZE":
      return "a row has more than a million characters";
    default:
      return error.message;
  }
}
