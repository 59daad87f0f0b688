import { statfsSync } from "node:fs";
import { join } from "node:path";
import { GatewayDatabase } from "./gateway-database.ts";
import { readHighWaterMark, writeHighWaterMark } from "./high-water-mark.ts";

/** All that a gateway keeps, and the room that is left for it. */
export type GatewayDisk = {
  readonly database: GatewayDatabase;
  readonly mark: HighWaterMark;
  /** Bytes that the file system has left for this process. */
  readonly freeBytes: () => number;
};

/** The last journal sequence known to be stored, outside of the database (edge/storage/high-water-mark.ts). */
export type HighWaterMark = {
  /** Where it stands, for messages. */
  readonly path: string;
  readonly read: () => number;
  readonly write: (journalSeq: number) => void;
};

/** @throws Fault when the folder does not hold what it should. */
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
