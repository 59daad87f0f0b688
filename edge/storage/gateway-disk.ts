import { statfsSync } from "node:fs";
import { join } from "node:path";
import { GatewayDatabase } from "./gateway-database.ts";
import { readHighWaterMark, writeHighWaterMark } from "./high-water-mark.ts";

/** Everything that a gateway stores, and the free room. */
export type GatewayDisk = {
  readonly database: GatewayDatabase;
  readonly mark: HighWaterMark;
  /** Bytes that the file system has left for this process. */
  readonly freeBytes: () => number;
};

/** The last journal sequence that is known to be stored, kept outside of the database (`high-water-mark.ts`). */
export type HighWaterMark = {
  /** Its file, for messages. */
  readonly path: string;
  readonly read: () => number;
  readonly write: (journalSeq: number) => void;
};

/** @throws Fault when the database in the folder is damaged or is not that of a gateway. */
export function openGatewayDisk(directory: string, options: { maxBytes: number }): GatewayDisk {
  const path = join(directory, "gateway.mark");
  return {
    database: GatewayDatabase.open({ directory, maxBytes: options.maxBytes }),
    mark: { path, read: () => readHighWaterMark(path), write: (journalSeq) => writeHighWaterMark(path, journalSeq) },
    freeBytes: () => {
      const disk = statfsSync(directory);
      return disk.bavail * disk.bsize;
    },
  };
}
