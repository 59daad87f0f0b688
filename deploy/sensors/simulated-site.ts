/**
 * A simulated plant: devices whose signals look like those of real devices, as a pure function of seed, device and time. The
 * same seed and time always give the same values. So a restart of the simulator continues the curves, and a test can
 * recompute what was sent.
 *
 * A random walk would need state. Instead a signal is a sum of value noise at three time scales, which can be computed for
 * any time.
 */
export type SimulatedDevice = {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly seed: number;
};

export type DeviceKind = "climate" | "power" | "door" | "machine";

export type SimulatedMessage = {
  readonly topic: string;
  readonly payload: string;
};

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Half of the devices are climate sensors, the others are of the other kinds. */
const KINDS: readonly DeviceKind[] = ["climate", "power", "climate", "door", "climate", "machine", "climate", "power"];
const DEVICES_PER_HALL = 8;

/** @param options.site first level of all device names and topics; by default `site`. */
export function simulatedSite(options: {
  devices: number;
  seed: number;
  site?: string | undefined;
}): readonly SimulatedDevice[] {
  return Array.from({ length: options.devices }, (_, index) => {
    const kind = KINDS[index % KINDS.length]!;
    const hall = Math.floor(index / DEVICES_PER_HALL) + 1;
    const number = (index % DEVICES_PER_HALL) + 1;
    return { name: `${options.site ?? "site"}/hall-${hall}/${kind}-${number}`, kind, seed: mix(options.seed, index) };
  });
}

/** The messages of a device at this time. */
export function messagesAt(device: SimulatedDevice, timeMs: number): readonly SimulatedMessage[] {
  switch (device.kind) {
    case "climate": {
      const mean = 19 + 5 * unit(device.seed, 0);
      const warmer = 2.5 * daily(timeMs) + 1.2 * wandering(device.seed + 1, timeMs);
      const humidity = clamp(46 - 2.2 * warmer + 6 * wandering(device.seed + 2, timeMs), 15, 95);
      return json(device.name, timeMs, { temperature: mean + warmer, humidity });
    }
    case "power": {
      const standby = 80 + 120 * unit(device.seed, 0);
      const rated = 1_500 + 4_000 * unit(device.seed, 1);
      const load = working(timeMs) * (0.6 + 0.4 * wandering(device.seed + 1, timeMs));
      const voltage = 230 + 2.5 * wandering(device.seed + 2, timeMs) - load;
      return json(device.name, timeMs, { power: standby + rated * Math.max(0, load), voltage });
    }
    case "door": {
      const open = held(device.seed, timeMs, 20 * SECOND_MS) < 0.02 + 0.2 * working(timeMs);
      return [{ topic: `${device.name}/open`, payload: String(open) }];
    }
    case "machine": {
      const mode = machineMode(device.seed, timeMs);
      const heat = (mode === "run" ? 58 : 41) + 3 * wandering(device.seed + 1, timeMs);
      return [
        { topic: `${device.name}/mode`, payload: mode },
        { topic: `${device.name}/temperature`, payload: heat.toFixed(2) },
      ];
    }
  }
}

function machineMode(seed: number, timeMs: number): "run" | "idle" | "clean" | "alarm" {
  const drawn = held(seed, timeMs, 5 * MINUTE_MS);
  if (drawn > 0.98) return "alarm";
  if (drawn > 0.9) return "clean";
  return drawn < 0.15 + 0.7 * working(timeMs) ? "run" : "idle";
}

/** One message with its time, as sensors with a clock send it, and values with two decimals. */
function json(topic: string, timeMs: number, values: Readonly<Record<string, number>>): readonly SimulatedMessage[] {
  const members = Object.entries(values).map(([metric, value]) => `"${metric}":${value.toFixed(2)}`);
  return [{ topic, payload: `{"ts":${timeMs},${members.join(",")}}` }];
}

/** -1 at three in the morning, 1 at three in the afternoon (UTC). */
function daily(timeMs: number): number {
  return Math.sin((2 * Math.PI * (timeMs - 9 * HOUR_MS)) / DAY_MS);
}

/** 0 at night, 1 during the working day, with a gradual change. */
function working(timeMs: number): number {
  return clamp(0.5 + 1.5 * daily(timeMs + 2 * HOUR_MS), 0, 1);
}

/** A number in 0..1 that changes every `forMs`. */
function held(seed: number, timeMs: number, forMs: number): number {
  return unit(seed, Math.floor(timeMs / forMs));
}

/** Continuous, between -1 and 1: mostly slow, a little fast. */
function wandering(seed: number, timeMs: number): number {
  return (
    0.7 * noise(seed, timeMs / HOUR_MS) +
    0.25 * noise(seed + 1, timeMs / (5 * MINUTE_MS)) +
    0.05 * noise(seed + 2, timeMs / (10 * SECOND_MS))
  );
}

/** Value noise: random numbers in -1..1 at whole positions, interpolated smoothly between them. */
function noise(seed: number, position: number): number {
  const left = Math.floor(position);
  const part = position - left;
  const smooth = part * part * (3 - 2 * part);
  const from = unit(seed, left);
  const to = unit(seed, left + 1);
  return 2 * (from + (to - from) * smooth) - 1;
}

function unit(seed: number, position: number): number {
  return mix(seed, position) / 2 ** 32;
}

/** An unsigned 32-bit hash of two whole numbers (the finaliser of MurmurHash3, applied to each 32-bit part). */
function mix(seed: number, position: number): number {
  const high = Math.floor(position / 2 ** 32);
  return scramble(scramble(scramble(seed) ^ position) ^ high);
}

function scramble(value: number): number {
  let bits = (value + 0x9e3779b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
