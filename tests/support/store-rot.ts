import { copyFileSync, mkdirSync, openSync, readSync, rmSync, writeSync, closeSync, fstatSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { openSqliteStore } from "../../cloud/store/sqlite/sqlite-store.ts";
import type { Store } from "../../cloud/store/store.ts";
import type { StoreDump } from "../../cloud/store/store-dump.ts";
import { Fault } from "../../proto/core/fault.ts";
import { rawBlock, sealed, testStream, windowOf } from "./sealed.ts";

/**
 * Flips one bit of a region's database, opens it, walks over it, and compares everything that decides answers with what
 * it was before.
 */

/** `silent` must never be: answers differ, and nothing says so. */
export type RotOutcome = { readonly kind: "harmless" | "repaired" | "named" | "silent"; readonly text: string };

/** A closed database with some thousands of rows. @returns what it holds. */
export async function rottingStore(folder: string): Promise<StoreDump> {
  const store = opened(folder);
  const batches = [1, 2, 3].flatMap((stream) =>
    Array.from({ length: 12 }, (_, b) =>
      sealed(testStream(stream), b + 1, {
        gateway: `plant-${stream % 2}`,
        windows: Array.from({ length: 40 }, (_unused, w) =>
          windowOf([w, b, w * b, 1.5], {
            device: `device-${w % 7}`,
            metric: w % 2 === 0 ? "temperature" : "vibration",
            startMs: 1_760_000_000_000 + Math.floor(b / (1 + (w % 2))) * 10_000 + stream,
            revision: b,
          }),
        ),
        raws: Array.from({ length: 4 }, (_unused, w) =>
          rawBlock(
            Array.from({ length: 30 }, (_each, i) => [1_760_000_000_000 + b * 10_000 + i * 300, i / 3 + w] as const),
            { device: `device-${w}`, unit: "°C" },
          ),
        ),
        ledger: { readings: 70, redelivered: b, deadLetters: new Map([["syntax", b + 1]]) },
      }),
    ),
  );
  const command = { reason: "calibration", actor: "kim" };
  const member = { region: "us", state: "member", url: "http://us", gatewayUrl: "" } as const;
  batches.push(
    sealed(testStream(9), 1, {
      gateway: "operator@eu",
      commands: [
        { kind: "set_member", member, hlc: 6, ...command },
        { kind: "erase_device", device: "device-6", hlc: 7, ...command },
      ],
    }),
  );
  for (const batch of batches) await store.apply([{ ...batch, gateway: "", verified: false, receivedMs: 0 }]);
  await walk(store);
  const dump = await store.dump();
  await store.close();
  return dump;
}

/** Flips the bit in a copy of the database. @param at 0 to 1: the place in the file. */
export async function rotOnce(folder: string, before: StoreDump, at: number): Promise<RotOutcome> {
  const copy = join(folder, "rotten");
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  for (const name of ["region.db", "region.db.id", "region.mark"]) copyFileSync(join(folder, name), join(copy, name));
  const offset = flip(join(copy, "region.db"), at);
  const found: string[] = [];
  let store: Store | undefined;
  try {
    store = opened(copy);
    const [first, second] = [await walk(store), await walk(store)];
    found.push(...first.found, ...second.found);
    const hidden = first.hidden + second.hidden;
    const damaged = await store.damaged();
    const after = await store.dump();
    const isSame = isDeepStrictEqual(after, before);
    if (damaged > 0) return { kind: "named", text: `bit ${offset}: ${found.join(", ")}` };
    if (found.length + hidden > 0 && isSame)
      return { kind: "repaired", text: `bit ${offset}: ${found.join(", ")} ${hidden}` };
    const different = Object.keys(before).filter(
      (part) => !isDeepStrictEqual(after[part as keyof StoreDump], before[part as keyof StoreDump]),
    );
    if (isSame) return { kind: "harmless", text: `bit ${offset}` };
    return {
      kind: "silent",
      text: `bit ${offset}: ${different.join(", ")} differ; found ${found.join(", ")} ${hidden}`,
    };
  } catch (error) {
    if (!(error instanceof Fault) || error.code === "internal") {
      return { kind: "silent", text: `bit ${offset}: ${error instanceof Error ? error.stack : String(error)}` };
    }
    return { kind: "named", text: `bit ${offset}: ${error.message}` };
  } finally {
    await store?.close();
  }
}

async function walk(store: Store): Promise<{ found: readonly string[]; hidden: number }> {
  const found: string[] = [];
  let hidden = 0;
  for (let after: Uint8Array = new Uint8Array(0); ;) {
    const page = await store.scrub(after);
    found.push(...page.found);
    hidden += page.hidden;
    after = page.next;
    if (after.length === 0) return { found, hidden };
  }
}

function opened(folder: string): Store {
  return openSqliteStore({ path: join(folder, "region.db"), maxBytes: null, newStoreId: Buffer.alloc(16, 7) });
}

function flip(path: string, at: number): number {
  const handle = openSync(path, "r+");
  const bit = Math.floor(at * fstatSync(handle).size * 8);
  const byte = Buffer.alloc(1);
  readSync(handle, byte, 0, 1, bit >> 3);
  byte[0]! ^= 1 << (bit & 7);
  writeSync(handle, byte, 0, 1, bit >> 3);
  closeSync(handle);
  return bit;
}
