import type { Value } from "../../../proto/core/reading.ts";

/**
 * InfluxDB line protocol (docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol):
 *
 *     measurement[,tag=value...] field=value[,field=value...] [timestamp]
 *
 * The device is the tag `host`; without this tag it is the topic. The metric is `measurement.field`. A backslash
 * escapes commas, spaces and equals signs in names, and quotes in texts. Pure and total.
 */
export type LineFields =
  | { readonly kind: "fields"; readonly fields: readonly LineField[] }
  | { readonly kind: "syntax"; readonly detail: string };

export type LineField = {
  /** Null: there is no tag `host`, and the topic is the device. */
  readonly device: string | null;
  readonly metric: string;
  readonly value: Value;
  readonly timeMs: number | undefined;
};

/** Whether a text looks like line protocol. If it does, a mistake in it is reported as a mistake in line protocol. */
export function looksLikeLineProtocol(text: string): boolean {
  return /^(?:[^\s,=#{["\\]|\\.)(?:[^\s,=\\]|\\.)*(?:,(?:[^\s,=\\]|\\.)+=(?:[^\s,=\\]|\\.)+)* (?:[^\s,="\\]|\\.)+=(?:-?[\d.]+(?:e[+-]?\d+)?[iu]?|t|f|true|false|"(?:[^"\\]|\\.)*")(?:[ ,\r\n]|$)/i.test(
    text,
  );
}

/** @param timeOf the milliseconds of a written timestamp; undefined: it is not a time. */
export function lineFields(text: string, timeOf: (digits: string) => number | undefined): LineFields {
  const fields: LineField[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const reader = new LineReader(line.trim());
    const detail = readLine(reader, { fields, timeOf });
    if (detail !== undefined) return { kind: "syntax", detail: `line ${i + 1}, column ${reader.at + 1}: ${detail}` };
  }
  return { kind: "fields", fields };
}

/** @returns the mistake in the line; undefined: the line is valid. */
function readLine(
  reader: LineReader,
  { fields, timeOf }: { fields: LineField[]; timeOf: (digits: string) => number | undefined },
): string | undefined {
  const measurement = reader.name(", ");
  if (measurement === "") return "expected a measurement";
  let host: string | null = null;
  while (reader.skip(",")) {
    const key = reader.name("=");
    if (key === "" || !reader.skip("=")) return "expected a tag as key=value";
    const value = reader.name(", ");
    if (value === "") return `expected a value of the tag ${key}`;
    if (key === "host") host = value;
  }
  if (!reader.skip(" ")) return "expected a space and fields";
  const read: { metric: string; value: Value }[] = [];
  do {
    const key = reader.name("=");
    if (key === "" || !reader.skip("=")) return "expected a field as key=value";
    const value = reader.value();
    if (value === undefined) return `expected a value of the field ${key}: a number, 12i, true or "text"`;
    read.push({ metric: `${measurement}.${key}`, value });
  } while (reader.skip(","));
  let timeMs: number | undefined;
  if (reader.skip(" ")) {
    const digits = reader.rest();
    if (!/^-?\d{1,19}$/.test(digits)) return "expected a timestamp";
    timeMs = timeOf(digits);
  } else if (!reader.isOver) return "expected a comma, a timestamp or the end";
  for (const field of read) fields.push({ device: host, ...field, timeMs });
  return undefined;
}

class LineReader {
  readonly #line: string;
  at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  get isOver(): boolean {
    return this.at >= this.#line.length;
  }

  skip(char: string): boolean {
    if (this.#line[this.at] !== char) return false;
    this.at++;
    return true;
  }

  rest(): string {
    const rest = this.#line.slice(this.at).trim();
    this.at = this.#line.length;
    return rest;
  }

  /** A name up to one of the characters in `ends`, without the backslashes of escaped characters. */
  name(ends: string): string {
    let name = "";
    while (!this.isOver) {
      const char = this.#line[this.at]!;
      const next = this.#line[this.at + 1];
      if (char === "\\" && next !== undefined && ",= \\".includes(next)) {
        name += next;
        this.at += 2;
        continue;
      }
      if (ends.includes(char)) break;
      name += char;
      this.at++;
    }
    return name;
  }

  value(): Value | undefined {
    if (this.skip('"')) return this.#text();
    const rest = this.#line.slice(this.at);
    const token = /^[^,\s]+/.exec(rest)?.[0];
    if (token === undefined) return undefined;
    this.at += token.length;
    if (/^-?\d+[iu]$/.test(token)) {
      // No format accepts a number larger than any double, even if a bigint could hold it.
      if (!Number.isFinite(Number(token.slice(0, -1)))) return undefined;
      const integer = BigInt(token.slice(0, -1));
      return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
    }
    if (/^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(token)) {
      const value = Number(token);
      return Number.isFinite(value) ? value : undefined;
    }
    if (/^(t|true)$/i.test(token)) return true;
    return /^(f|false)$/i.test(token) ? false : undefined;
  }

  #text(): string | undefined {
    let text = "";
    for (; !this.isOver; this.at++) {
      const char = this.#line[this.at]!;
      if (char === "\\" && ['"', "\\"].includes(this.#line[this.at + 1] ?? "")) {
        this.at++;
        text += this.#line[this.at];
      } else if (char === '"') {
        this.at++;
        return text;
      } else text += char;
    }
    return undefined;
  }
}
