import type { HaMode } from "../../../proto/core/record.ts";

/** The column `ha_mode`. */
export function haModeNumber(mode: HaMode): number {
  return HA_MODES.indexOf(mode);
}

export function haModeOf(stored: number): HaMode {
  return HA_MODES[stored] ?? "auto";
}

/** By their number in the tables. */
const HA_MODES: readonly HaMode[] = ["auto", "mirror", "partition"];
