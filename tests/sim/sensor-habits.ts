import { NAMED_PAIR, NO_NAMED_PAIR } from "./window-rules.ts";

/** How a simulated sensor behaves. */
export type SensorHabits = {
  /** Without the prefix `plant/`. Its beginning decides which window rule matches (window-rules.ts). */
  readonly name: string;
  /** Whether it sends a unit, which changes again and again. */
  readonly hasUnit: boolean;
  /** `arrival`: its readings carry no time, so each gateway dates them by their arrival. */
  readonly time: "device" | "arrival";
  /** `numbered`: every reading has a value of its own. `few`: three values, again and again. */
  readonly values: "numbered" | "few";
  /** Null: the next reading follows soon after the acknowledgement of the last one. */
  readonly everyMs: number | null;
  readonly way: SensorWay;
};

/** Through which of the two gateways the readings go. */
export type SensorWay =
  | { readonly kind: "one"; readonly gateway: 0 | 1 }
  /** Every reading goes to both. On each side this share of them is lost on the way, and not repeated. */
  | { readonly kind: "both"; readonly lossShare: number }
  /** It connects to the other gateway after every `everyMs`. */
  | { readonly kind: "moves"; readonly everyMs: number };

/** The sensors of one world: four usual ones at one gateway each, one fast one that uses both, and three slow ones. */
export function drawnHabits(random: () => number): readonly SensorHabits[] {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const usual = ([0, 1] as const).flatMap((gateway) =>
    [1, 2].map((n): SensorHabits => {
      const way = { kind: "one", gateway } as const;
      return { ...USUAL, name: `g${gateway + 1}-s${n}`, hasUnit: n === 1, way };
    }),
  );
  const fast: SensorHabits = {
    ...USUAL,
    ...pick(FAST_ON_BOTH),
    name: `${random() < 2 / 3 ? NAMED_PAIR : NO_NAMED_PAIR}fast`,
  };
  const slow = [1, 2, 3].map((n): SensorHabits => ({
    name: `${NO_NAMED_PAIR}slow-${n}`,
    hasUnit: false,
    time: pick(["device", "arrival"]),
    values: pick(["numbered", "few"]),
    everyMs: pick(SLOW_MS),
    way: n === 1 ? { kind: "one", gateway: pick([0, 1]) } : { kind: "both", lossShare: pick(LOSS_SHARES) },
  }));
  return [...usual, fast, ...slow];
}

const USUAL = { hasUnit: false, time: "device", values: "numbered", everyMs: null } as const;
const SLOW_MS = [5_000, 10_000, 30_000, 60_000];
const LOSS_SHARES = [0, 0.01, 0.1];

/**
 * Readings of one value that are dated by their arrival must be far apart, or nobody can tell which of them are the same. So
 * a fast sensor without a time numbers its readings.
 */
const FAST_ON_BOTH: readonly Pick<SensorHabits, "time" | "values" | "way">[] = [
  ...LOSS_SHARES.flatMap((lossShare) => [
    { time: "device", values: "few", way: { kind: "both", lossShare } } as const,
    { time: "arrival", values: "numbered", way: { kind: "both", lossShare } } as const,
  ]),
  ...[1_000, 3_000, 7_000, 20_000].map(
    (everyMs) => ({ time: "device", values: "numbered", way: { kind: "moves", everyMs } }) as const,
  ),
];
