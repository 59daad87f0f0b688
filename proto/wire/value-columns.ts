import type { Value } from "../core/reading.ts";
import type { ValueType } from "../core/schema.ts";
import { VALUE_TYPES } from "../core/schema.ts";
import type { NumberColumn } from "./columns.ts";
import { decodeNumbers, encodeNumbers } from "./columns.ts";
import "./protobuf-numbers.ts";
import { tidemark } from "./generated/tidemark.js";

/** Columns of values of any type (proto/batch.proto, ValueColumn). */
export function encodeValues(values: ArrayLike<Value>): tidemark.v1.ValueColumn.$Properties {
  let plain = true;
  for (let i = 0; plain && i < values.length; i++) plain = typeof values[i] === "number";
  if (plain) return { numbers: encodeNumbers(values as ArrayLike<number>) };
  const kinds = new Uint8Array(values.length);
  const numbers: number[] = [];
  const texts: string[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (typeof value === "number") numbers.push(value);
    else if (typeof value === "boolean") kinds[i] = value ? KIND_TRUE : KIND_FALSE;
    else {
      kinds[i] = typeof value === "bigint" ? KIND_INTEGER : KIND_TEXT;
      texts.push(String(value));
    }
  }
  return { kinds, numbers: encodeNumbers(numbers), texts };
}

export function decodeValues(
  column: tidemark.v1.ValueColumn.$Properties | null | undefined,
  count: number,
): ArrayLike<Value> {
  const { kinds, numbers, texts } = wire.ValueColumn.create(column ?? {});
  if (kinds.length === 0) return decodeNumbers(numberColumn(numbers), count);
  if (kinds.length !== count) throw new RangeError("a column of values has the wrong length");
  const plain = decodeNumbers(
    numberColumn(numbers),
    kinds.reduce((sum, kind) => sum + (kind === KIND_NUMBER ? 1 : 0), 0),
  );
  let nextNumber = 0;
  let nextText = 0;
  return Array.from(kinds, (kind): Value => {
    if (kind === KIND_NUMBER) return plain[nextNumber++]!;
    if (kind === KIND_FALSE || kind === KIND_TRUE) return kind === KIND_TRUE;
    const text = texts[nextText++];
    if (text === undefined) throw new RangeError("a column of values lacks a text");
    if (kind === KIND_TEXT) return text;
    if (kind === KIND_INTEGER && /^-?\d{1,4000}$/.test(text)) return BigInt(text);
    throw new RangeError(`a value of unknown kind ${kind}`);
  });
}

/** The types of the values, each once. */
export function typesOfValues(column: tidemark.v1.ValueColumn.$Properties | null | undefined): readonly ValueType[] {
  const { kinds } = wire.ValueColumn.create(column ?? {});
  if (kinds.length === 0) return ONLY_NUMBERS;
  return VALUE_TYPES.filter((type) => kinds.some((kind) => TYPE_OF_KIND[kind] === type));
}

export function numberColumn(column: tidemark.v1.NumberColumn.$Properties | null | undefined): NumberColumn {
  return wire.NumberColumn.create(column ?? {});
}

const wire = tidemark.v1;

const KIND_NUMBER = 0;
const KIND_FALSE = 1;
const KIND_TRUE = 2;
const KIND_INTEGER = 3;
const KIND_TEXT = 4;
const TYPE_OF_KIND: readonly ValueType[] = ["number", "boolean", "boolean", "number", "text"];
const ONLY_NUMBERS: readonly ValueType[] = ["number"];
