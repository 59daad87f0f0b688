import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

/** One boot of the machine, in which monotonic time means something. */
export type Boot = {
  readonly id: string;
  /** Monotonic time at which it began, or the earliest that is known of it. */
  readonly beganMs: number;
  /** Monotonic, the same for all processes of the boot; stands still while the machine sleeps. */
  readonly elapsedMs: () => number;
  /** Whether the machine says that its clock is synchronized; undefined: nobody is asked. */
  readonly synchronized: () => boolean | undefined;
};

/**
 * The boot that this process runs in. Linux names its boots, and counts monotonic time from their begin; elsewhere each
 * start of the process counts as one.
 * @param synchronizedFile exists once the clock is synchronized, as systemd-timesyncd's does; null: nobody is asked.
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
