/**
 * What a gateway does at the present fill level of its disk. The effective quota is the smaller one of the configured
 * quota and the room on the file system: a disk that other programs fill must not end in ENOSPC.
 */
export type PressureLevel = "keep_all" | "trim_replicated" | "force_dual_send" | "full";

export type DiskUse = {
  /** Bytes that the database holds, free pages not counted. */
  readonly usedBytes: number;
  /** Free pages inside the database: its file never shrinks, so after a trim the room is there. */
  readonly reusableBytes: number;
  readonly quotaBytes: number;
  /** Bytes that the file system has left for this process. */
  readonly freeBytes: number;
};

const TRIM_AT = 0.7;
const DUAL_AT = 0.85;
const FULL_AT = 0.95;
/** Once full, intake resumes only below this, so that it does not stop and resume with every trimmed batch. */
const RESUME_AT = 0.93;
/** Left on the file system for the write-ahead log, for trimming and for other programs. */
export const RESERVE_BYTES: number = 48 * 1024 * 1024;
const LOG_BYTES = RESERVE_BYTES / 2;

/**
 * The quota that applies now: at most the used bytes plus the bytes that can still be written. Free pages count while the
 * file system has room for the write-ahead log, because SQLite fills them through that log.
 */
export function effectiveQuotaBytes(use: DiskUse): number {
  const reusable = use.freeBytes >= LOG_BYTES ? use.reusableBytes : 0;
  return Math.min(use.quotaBytes, use.usedBytes + reusable + Math.max(0, use.freeBytes - RESERVE_BYTES));
}

/** Share of the effective quota in use: 0 to 1, or more. */
export function fillRatio(use: DiskUse): number {
  const quota = effectiveQuotaBytes(use);
  return quota <= 0 ? 1 : use.usedBytes / quota;
}

export function pressureLevel(previous: PressureLevel, use: DiskUse): PressureLevel {
  const ratio = fillRatio(use);
  if (ratio >= FULL_AT || (previous === "full" && ratio >= RESUME_AT)) return "full";
  if (ratio >= DUAL_AT) return "force_dual_send";
  if (ratio >= TRIM_AT) return "trim_replicated";
  return "keep_all";
}
