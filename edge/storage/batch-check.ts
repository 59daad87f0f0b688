import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { openBatch } from "../../proto/wire/batch-codec.ts";
import { flippedBit } from "../core/storage/flipped-bit.ts";
import type { BatchKey, StoredBatch } from "./tables/batch-table.ts";
import { batchChecksum } from "./tables/batch-table.ts";

/**
 * Whether a batch on disk is the one that was sealed. One flipped bit is repaired: the checksum of the row says which bit it may
 * be, and the SHA-256 of the batch proves it. What cannot be proved is damaged, and is never sent [I40].
 */
export function checkBatch(key: BatchKey, row: StoredBatch): BatchCheck {
  const { crc } = row;
  // A damaged row may have a value of another type in place of its bytes.
  if (!(row.bytes instanceof Uint8Array && row.sha256 instanceof Uint8Array)) return { kind: "damaged" };
  if (crc !== null && crc === batchChecksum(key, row)) return { kind: "intact" };
  const isProved = sha256(row.bytes).equals(row.sha256);
  if (isProved && crc === null) return { kind: "intact" };
  const whole = isProved ? row : repairedBytes(key, row);
  if (whole === undefined) return { kind: "damaged" };
  const opened = openBatch({ ...key, bytes: whole.bytes, sha256: whole.sha256 });
  if (opened.kind !== "ok") return { kind: "damaged" };
  const { content, rawSlices } = opened;
  const records = content.windows.length + rawSlices.reduce((sum, { count }) => sum + count, 0);
  const counted = { ...whole, sealedMs: content.sealedAtMs, records, size: whole.bytes.length };
  return { kind: "repaired", row: { ...counted, readings: provedReadings(key, counted) } };
}

export type BatchCheck =
  | { readonly kind: "intact" }
  | { readonly kind: "repaired"; readonly row: StoredBatch }
  | { readonly kind: "damaged" };

/** The row with the one bit of its bytes, or of its hash, that makes both agree. */
function repairedBytes(key: BatchKey, row: StoredBatch): StoredBatch | undefined {
  const found = sha256(row.bytes);
  if (bitsApart(found, row.sha256) === 1) return { ...row, sha256: found };
  if (row.crc === null) return undefined;
  const place = flippedBit(row.bytes.length, row.crc ^ batchChecksum(key, row));
  if (place === undefined) return undefined;
  const bytes = Buffer.from(row.bytes);
  bytes[place.byte] = bytes[place.byte]! ^ (1 << place.bit);
  return sha256(bytes).equals(row.sha256) ? { ...row, bytes } : undefined;
}

/** Nothing in a batch says how many of its readings were counted for the first time. The checksum does. */
function provedReadings(key: BatchKey, row: StoredBatch): number {
  const candidates = Array.from({ length: 31 }, (_, bit) => row.readings ^ (1 << bit));
  return candidates.find((readings) => batchChecksum(key, { ...row, readings }) === row.crc) ?? row.readings;
}

function bitsApart(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Infinity;
  let apart = 0;
  for (let i = 0; i < a.length; i++) {
    for (let bits = a[i]! ^ b[i]!; bits > 0; bits &= bits - 1) apart++;
  }
  return apart;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
