import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

/** One boot of the machine. Monotonic time is comparable only within a boot. */
export type Boot = {
  readonly id: string;
  /** Monotonic time of its start, or the earliest time that is known. */
  readonly beganMs: number;
  /** Monotonic, the same for all processes of the boot. It does not advance while the machine sleeps. */
  readonly elapsedMs: () => number;
  /** Whether the machine reports that its clock is synchronized; undefined: it is not asked. */
  readonly synchronized: () => boolean | undefined;
};

/**
 * The boot in which this process runs. Linux has an id for each boot, and counts monotonic time from its start. On other
 * systems each start of the process counts as a boot.
 * @param synchronizedFile a file that exists once the clock is synchronized, such as that of systemd-timesyncd; null: the
 *   machine is not asked.
 */
export function currentBoot(synchronizedFile: string | null): Boot {
  const id = kernelBootId();
  return {
    id: id ?? randomUUID(),
    beganMs: id === undefined ? elapsedMs() : 0,
    elapsedMs,
    synchronized: () => (synchronizedFile === null ? undefined : existsSync(synchronizedFile)),
  };
}

function kernelBootId(): string | undefined {
  try {
    const id = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return id === "" ? undefined : id;
  } catch {
    // Not Linux, or a sandbox without /proc.
    return undefined;
  }
}

function elapsedMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
