import type { Value } from "../../proto/core/reading.ts";

/** The configured rule of a route for one field of a payload. Plain data, because it is sent to another thread. */
export type FieldRuleOptions = {
  /** The path of the field. `*` matches any characters. */
  readonly path: string;
  /** The metric; undefined: the path is the metric. */
  readonly metric?: string | undefined;
  readonly unit?: string | undefined;
  /** Numbers become `value * scale + offset`. */
  readonly scale: number;
  readonly offset: number;
};

export type FieldRule = Omit<FieldRuleOptions, "path"> & { readonly pattern: FieldPattern };

export function fieldRule({ path, ...rest }: FieldRuleOptions): FieldRule {
  return { pattern: new FieldPattern(path), ...rest };
}

/** A path of keys joined by dots. `*` matches any characters. The empty path is a payload with a single value. */
class FieldPattern {
  readonly #pieces: readonly string[];

  constructor(text: string) {
    this.#pieces = (text === "value" ? "" : text).split("*");
  }

  matches(path: string): boolean {
    const [first = "", ...rest] = this.#pieces;
    if (rest.length === 0) return path === first;
    if (!path.startsWith(first)) return false;
    let at = first.length;
    const last = rest.pop()!;
    for (const piece of rest) {
      const found = path.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return path.length - last.length >= at && path.endsWith(last);
  }
}

/** The scaled value, rounded to 12 digits, so that 215 * 0.1 is exactly 21.5. */
export function scaled(value: Value, { scale, offset }: FieldRule): Value {
  if ((scale === 1 && offset === 0) || (typeof value !== "number" && typeof value !== "bigint")) return value;
  const result = Number(value) * scale + offset;
  return Number.isFinite(result) ? Number(result.toPrecision(12)) : value;
}
