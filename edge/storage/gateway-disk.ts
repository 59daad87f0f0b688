import { readFileSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { storageFault } from "../../proto/runtime/sqlite.ts";
import type { WalReport } from "../core/storage/wal-frames.ts";
import { inspectWal } from "../core/storage/wal-frames.ts";
import { GatewayDatabase } from "./gateway-database.ts";
import type { StoredMark } from "./high-water-mark.ts";
import { HighWaterMark } from "./high-water-mark.ts";

/** Everything that a gateway stores, and the free room. */
export type GatewayDisk = {
  readonly database: GatewayDatabase;
  readonly mark: GatewayMark;
  /** The write-ahead log as it was before SQLite opened it. */
  readonly log: WalReport;
  /** Bytes that the file system has left for this process. */
  readonly freeBytes: () => number;
};

/** The mark outside of the database (`high-water-mark.ts`). */
export type GatewayMark = {
  readonly read: () => StoredMark | undefined;
  readonly write: (mark: StoredMark) => void;
  readonly sync: () => void;
  readonly close: () => void;
};

/**
 * The caller is the only process that uses the folder: `sessions.db` is open and locked before.
 * @throws Fault when the database in the folder is damaged or is not that of a gateway.
 */
export function openGatewayDisk(directory: string, options: { maxBytes: number }): GatewayDisk {
  const log = inspectedLog(join(directory, "gateway.db-wal"));
  const database = GatewayDatabase.open({ directory, maxBytes: options.maxBytes });
  try {
    const mark = new HighWaterMark(join(directory, "gateway.mark"));
    return {
      database,
      mark,
      log,
      freeBytes: () => {
        const disk = statfsSync(directory);
        return disk.bavail * disk.bsize;
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function inspectedLog(path: string): WalReport {
  try {
    return inspectWal(readFileSync(path));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return inspectWal(new Uint8Array());
    throw storageFault(error, path);
  }
}
