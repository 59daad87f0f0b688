import type { Value } from "../../proto/core/reading.ts";

/** What a route does with one field of a payload, as it is configured: plain, because it goes to another thread. */
export type FieldRuleOptions = {
  /** Of the field, with `*` for any characters. */
  readonly path: string;
  /** Instead of its path. */
  readonly metric?: string | undefined;
  readonly unit?: string | undefined;
  /** `value * scale + offset`, of numbers. */
  readonly scale: number;
  readonly offset: number;
};

export type FieldRule = Omit<FieldRuleOptions, "path"> & { readonly pattern: FieldPattern };

export function fieldRule({ path, ...rest }: FieldRuleOptions): FieldRule {
  return { pattern: new FieldPattern(path), ...rest };
}

/** A path of keys joined by dots, in which `*` stands for any characters; the empty path is a payload of one value. */
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

/** Rounded to 12 digits, so that a tenth of 215 is 21.5 and nothing near it. */
export function scaled(value: Value, { scale, offset }: FieldRule): Value {
  if ((scale === 1 && offset === 0) || (typeof value !== "number" && typeof value !== "bigint")) return value;
  const result = Number(value) * scale + offset;
  return Number.isFinite(result) ? Number(result.toPrecision(12)) : value;
}
