/** How a simulated sensor behaves. */
export type SensorHabits = {
  /** Without the prefix `plant/`. Its beginning decides which window rule matches (window-rules.ts). */
  readonly name: string;
  /** Whether it sends a unit, which changes again and again. */
  readonly hasUnit: boolean;
  /** `arrival`: its readings carry no time, so the gateway dates them by their arrival. */
  readonly time: "device" | "arrival";
  /** `numbered`: every reading has a value of its own. `few`: three values, again and again. */
  readonly values: "numbered" | "few";
  /** Null: the next reading follows soon after the acknowledgement of the last one. */
  readonly everyMs: number | null;
  readonly gateway: 0 | 1;
};

/** The sensors of one world: four usual ones, and some that are drawn. */
export function drawnHabits(random: () => number): readonly SensorHabits[] {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const usual = ([0, 1] as const).flatMap((gateway) =>
    [1, 2, 3].map((n): SensorHabits => ({
      name: `g${gateway + 1}-s${n}`,
      hasUnit: n === 1,
      time: "device",
      values: "numbered",
      everyMs: null,
      gateway,
    })),
  );
  const slow = [1, 2].map((n): SensorHabits => ({
    name: `slow-${n}`,
    hasUnit: false,
    time: pick(["device", "arrival"]),
    values: pick(["numbered", "few"]),
    everyMs: pick(SLOW_MS),
    gateway: pick([0, 1]),
  }));
  return [...usual, ...slow];
}

const SLOW_MS = [5_000, 10_000, 30_000, 60_000];
