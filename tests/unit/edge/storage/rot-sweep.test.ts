import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { expect, test } from "vitest";
import { seededRandom } from "../../../../deploy/sandbox/seeded-random.ts";
import { storageFault } from "../../../../proto/runtime/sqlite.ts";
import { flipBit } from "../../../support/bit-flips.ts";
import { runs } from "../../../support/scale.ts";
import { StorageLife } from "../../../support/storage-life.ts";

/** By hand, a large number takes as long as it takes. */
const FLIPS = Number(process.env["TIDEMARK_FLIPS"] ?? runs({ short: 40, long: 1000 }));
const LIMIT_MS = 240_000 + FLIPS * 2_000;
const PLAN = { raw: true, lengthsMs: [10_000] };

/** A disk with everything on it: sealed batches, unsealed readings, open and kept windows, dead letters, two types of a metric. */
function usedDisk(): { life: StorageLife; published: number[] } {
  const life = new StorageLife({ plan: PLAN });
  const published: number[] = [];
  const publish = (device: string): void => {
    const x = published.length + 1;
    published.push(x);
    life.publish(device, `{"x":${x},"ts":${life.nowMs}}`, { packetId: x });
  };
  for (let n = 0; n < 40; n++) {
    publish(`plant/${n % 5}`);
    if (n % 10 === 9) life.pass(6000);
  }
  life.publish("plant/0", '{"x":"on"}');
  for (let n = 0; n < 3; n++) life.publish("plant/9", "{");
  for (let n = 0; n < 20; n++) publish(`plant/${n % 5}`);
  return { life, published };
}

/** What became of the readings after a bit was flipped: missing ones must be counted, and none may be doubled or moved. */
function verdictOf(directory: string, published: readonly number[], nowMs: number): string {
  let next: StorageLife;
  try {
    next = new StorageLife({ directory, nowMs, plan: PLAN });
  } catch (error) {
    return refusedOr(error, "refused");
  }
  try {
    next.pass(100);
    next.pass(1000);
    next.pass(20_000);
    next.pass(1000);
    next.rawValues();
    next.pass(100);
    const seen = next.rawValues().filter((value) => typeof value === "number");
    const lost = next.engine.status().discards.get("lost_by_disk") ?? 0;
    const missing = published.filter((x) => !seen.includes(x)).length;
    const moved = next
      .sealed()
      .flatMap(({ rawSlices }) => rawSlices.filter(({ device }) => !/^plant\/\d$/.test(device)));
    if (seen.length > new Set(seen).size) return `doubled: ${seen.length - new Set(seen).size}`;
    if (moved.length > 0) return `moved to ${moved[0]!.device}`;
    if (missing > lost) return `silent: ${missing} missing, ${lost} named: ${next.engine.status().damage.join(" | ")}`;
    return missing > 0 ? "named" : lost > 0 ? "named too many" : "harmless";
  } catch (error) {
    return refusedOr(error, "refused later");
  }
}

/** A damaged database ends the process with exit code 65; anything else is a mistake of ours. */
function refusedOr(error: unknown, refused: string): string {
  return storageFault(error, "").code === "storage_corrupt"
    ? refused
    : `failed: ${error instanceof Error ? error.stack : String(error)}`;
}

function moveLogIntoFile(path: string): void {
  const db = new SqliteDatabase(path);
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
}

test(
  "[I41] [I42] whatever bit of the disk is flipped, no reading is missing without being counted, doubled or renamed",
  () => {
    const seed = Number(process.env["TIDEMARK_SEED"] ?? 940_362);
    console.log(`replay this run with TIDEMARK_SEED=${seed}`);
    const random = seededRandom(seed);
    const { life, published } = usedDisk();
    const found = new Map<string, number>();
    for (let n = 0; n < FLIPS; n++) {
      const directory = life.copyOfDisk();
      const file = n % 2 === 0 ? "gateway.db-wal" : "gateway.db";
      const path = join(directory, file);
      if (file === "gateway.db") moveLogIntoFile(path);
      const bytes = readFileSync(path);
      const bit = Math.floor(random() * bytes.length * 8);
      flipBit(bytes, bit);
      writeFileSync(path, bytes);
      const verdict = verdictOf(directory, published, life.nowMs);
      found.set(verdict, (found.get(verdict) ?? 0) + 1);
      expect({ file, bit, verdict }).toMatchObject({ verdict: expect.stringMatching(/^(harmless|named|refused)/) });
    }
    console.log(Object.fromEntries(found));
  },
  LIMIT_MS,
);
