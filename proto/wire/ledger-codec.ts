import type { BatchLedger } from "../core/record.ts";
import { whole } from "./checked.ts";
import "./protobuf-numbers.ts";
import { tidemark } from "./generated/tidemark.js";

export function ledgerWire(ledger: BatchLedger): tidemark.v1.Ledger.$Properties {
  return {
    readings: ledger.readings,
    redelivered: ledger.redelivered,
    deadLetters: Object.fromEntries(ledger.deadLetters),
    discards: Object.fromEntries(ledger.discards),
  };
}

/** @throws RangeError */
export function ledgerFromWire(given: tidemark.v1.Ledger.$Properties | null | undefined): BatchLedger {
  const ledger = tidemark.v1.Ledger.create(given ?? {});
  return {
    readings: whole(ledger.readings),
    redelivered: whole(ledger.redelivered),
    deadLetters: counts(ledger.deadLetters),
    discards: counts(ledger.discards),
  };
}

function counts(given: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  return new Map(Object.entries(given).map(([reason, count]) => [reason, whole(count)]));
}
