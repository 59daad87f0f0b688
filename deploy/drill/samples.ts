/** The state of a deployment at one moment of a drill. `undefined`: no answer. */
export type Sample = {
  /** Since the drill began. */
  readonly atMs: number;
  readonly gateways: ReadonlyMap<string, GatewaySample | undefined>;
  readonly regions: ReadonlyMap<string, RegionSample | undefined>;
};

export type GatewaySample = {
  readonly sentence: string;
  readonly messagesPerS: number;
  readonly openWindows: number;
  readonly undurableBatches: number;
  readonly rawWaiting: number;
  /** Readings that only this gateway has. */
  readonly waitingReadings: number;
  readonly behindMs: number | null;
  /** The region that gets its batches; null while it has no connection. */
  readonly activeRegion: string | null;
  readonly dualSendMs: number;
  readonly dualSentBatches: number;
  /** In the order of preference. */
  readonly regions: readonly {
    readonly region: string;
    readonly role: string;
    readonly link: string;
    readonly sentBatches: number;
    readonly sentBytes: number;
    readonly durableBatches: number;
  }[];
  readonly full: boolean;
  /** Share of its quota. */
  readonly fillRatio: number;
  readonly usedBytes: number;
  /** What its disk has lost or changed, in words; null: nothing that the gateway knows of. */
  readonly damage: string | null;
};

export type RegionSample = {
  readonly sentence: string;
  readonly readings: number;
  readonly rawReadings: number;
  /** The gateways of which two processes run. */
  readonly twins: readonly string[];
  /** What its disk has lost or changed, in words; null: nothing that the region knows of. */
  readonly damage: string | null;
  readonly peers: readonly {
    readonly name: string;
    readonly state: string;
    readonly connected: boolean;
    readonly behindBatches: number;
    readonly behindMs: number | null;
  }[];
};

/**
 * Whether everything flows: every gateway is connected and has no old readings, and every region is connected to the others
 * and not far behind.
 * @param regions those that must be well; others are ignored.
 */
export function isWell(sample: Sample, regions: ReadonlySet<string>): boolean {
  return troubleIn(sample, regions) === undefined;
}

/** Why {@link isWell} is false, in a few words; undefined when it is true. */
export function troubleIn({ gateways, regions: seen }: Sample, regions: ReadonlySet<string>): string | undefined {
  for (const [name, gateway] of gateways) {
    if (gateway === undefined) return `gateway ${name} does not answer`;
    if (gateway.activeRegion === null) return `gateway ${name} is not connected to any region`;
    if (gateway.full) return `gateway ${name} is full`;
    if ((gateway.behindMs ?? 0) > BEHIND_MS)
      return `gateway ${name} is ${Math.round(gateway.behindMs! / 1000)} s behind`;
  }
  for (const name of regions) {
    const region = seen.get(name);
    if (region === undefined) return `region ${name} does not answer`;
    for (const peer of region.peers) {
      if (!regions.has(peer.name)) continue;
      if (!peer.connected) return `region ${name} has no connection to ${peer.name}`;
      if (peer.behindBatches > 0 && (peer.behindMs ?? 0) > BEHIND_MS) return `region ${peer.name} is behind ${name}`;
    }
  }
  return undefined;
}

/** Whether every gateway sends its batches to its home region. */
export function allAtHome({ gateways }: Sample): boolean {
  return [...gateways.values()].every(
    (gateway) =>
      gateway !== undefined && gateway.activeRegion !== null && gateway.activeRegion === gateway.regions[0]?.region,
  );
}

/** Whether every reading that a gateway accepted is in a region. */
export function nothingWaits({ gateways }: Sample): boolean {
  return [...gateways.values()].every(
    (gateway) =>
      gateway !== undefined &&
      gateway.waitingReadings === 0 &&
      gateway.undurableBatches === 0 &&
      gateway.rawWaiting === 0,
  );
}

/** Whether each of these regions has what the others have. */
export function allCaughtUp({ regions: seen }: Sample, regions: ReadonlySet<string>): boolean {
  return [...regions].every((name) =>
    seen.get(name)?.peers.every((peer) => !regions.has(peer.name) || (peer.connected && peer.behindBatches === 0)),
  );
}

/** In a healthy gateway windows and seals take one second each. */
const BEHIND_MS = 5_000;

/**
 * The growth of a counter that starts again at 0 with every process.
 * @param options.fromNothing whether the value in the first sample counts, too.
 */
export function growth(
  samples: readonly Sample[],
  counter: (sample: Sample) => number | undefined,
  options: { readonly fromNothing: boolean },
): number {
  let sum = 0;
  let before = options.fromNothing ? 0 : (samples.map(counter).find((value) => value !== undefined) ?? 0);
  for (const sample of samples) {
    const now = counter(sample);
    if (now === undefined) continue;
    sum += now >= before ? now - before : now;
    before = now;
  }
  return sum;
}

export function peak(samples: readonly Sample[], of: (sample: Sample) => readonly number[]): number {
  return samples.reduce((highest, sample) => Math.max(highest, ...of(sample)), 0);
}

/** The gateways that answered. */
export function answering({ gateways }: Sample): readonly GatewaySample[] {
  return [...gateways.values()].filter((gateway) => gateway !== undefined);
}
