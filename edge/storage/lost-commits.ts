import type { WalReport } from "../core/storage/wal-frames.ts";
import { isDamagedWal } from "../core/storage/wal-frames.ts";
import type { DiskDamage } from "./disk-damage.ts";
import type { GatewayDatabase } from "./gateway-database.ts";
import type { GatewayMark } from "./gateway-disk.ts";
import type { HeldMessages } from "./held-messages.ts";
import type { Journal } from "./journal.ts";
import type { LedgerCounts } from "./ledger-counts.ts";

/**
 * Finds what was stored and is gone with the newest commits, because the write-ahead log was damaged, cut or deleted: the mark
 * says what the last commit had stored. Lost readings are found by the replay, which knows their numbers [I42].
 * @throws Fault when what is left is no whole database.
 */
export function nameLostCommits(parts: {
  readonly db: Pick<GatewayDatabase, "verify" | "ledger">;
  readonly mark: GatewayMark;
  readonly log: WalReport;
  readonly journal: Journal;
  readonly held: HeldMessages;
  readonly counts: LedgerCounts;
  readonly damage: DiskDamage;
}): void {
  const { db, log, journal, held, counts, damage } = parts;
  const mark = parts.mark.read();
  const isDamaged = isDamagedWal(log);
  journal.load(mark?.journalSeq ?? 0);
  if (mark !== undefined) damage.limitLost(mark.waitingReadings);
  if (isDamaged || journal.lastSeq > journal.storedSeq) db.verify();
  if (isDamaged) {
    const unknown = mark === undefined ? ", and there is no mark that says what they stored" : "";
    const reason = `${log.unreadableCommits} commits in it cannot be read${unknown}`;
    damage.add({ place: "log", key: `after reading ${journal.storedSeq}`, reason, lost: 0, of: "nothing" });
  }
  const lostHeld = (mark?.heldSeq ?? 0) - held.heldSeq;
  if (lostHeld > 0) damage.add({ place: "held_message", ...GONE, lost: lostHeld, of: "held_message" });
  held.skipTo(mark?.heldSeq ?? 0);
  for (const { kind, reason } of db.ledger.damaged) {
    const key = `${kind} ${reason}`;
    damage.add(
      { place: "ledger", key, reason: "the count does not match its checksum and begins anew", ...NO_LOSS },
      () => db.ledger.drop({ kind, reason }),
    );
  }
  // A damaged count of dead letters says nothing about the dead letters themselves.
  const markedLetters = db.ledger.damaged.length > 0 ? 0 : (mark?.deadLetters ?? 0);
  const lostLetters = markedLetters - counts.deadLetters;
  if (lostLetters > 0) damage.add({ place: "dead_letter", ...GONE, lost: lostLetters, of: "dead_letter" });
}

const NO_LOSS = { lost: 0, of: "nothing" } as const;
const GONE = { key: "the newest", reason: "the newest commits are gone" };
