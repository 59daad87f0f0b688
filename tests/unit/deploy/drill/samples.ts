import type { GatewaySample, RegionSample, Sample } from "../../../../deploy/drill/samples.ts";

/** Samples in which everything is well, except what a test changes. */
export function gatewaySample(more: Partial<GatewaySample> = {}): GatewaySample {
  const region = { role: "standby", link: "live", sentBatches: 0, sentBytes: 0, durableBatches: 0 };
  return {
    sentence: "",
    messagesPerS: 0,
    openWindows: 0,
    undurableBatches: 0,
    rawWaiting: 0,
    waitingReadings: 0,
    behindMs: null,
    activeRegion: "eu",
    dualSendMs: 0,
    dualSentBatches: 0,
    regions: [
      { ...region, region: "eu" },
      { ...region, region: "us" },
    ],
    full: false,
    fillRatio: 0.1,
    usedBytes: 0,
    damage: null,
    ...more,
  };
}

export function regionSample(peer: string, more: Partial<RegionSample["peers"][number]> = {}): RegionSample {
  const peers = [{ name: peer, state: "member", connected: true, behindBatches: 0, behindMs: null, ...more }];
  return { sentence: "", readings: 0, rawReadings: 0, twins: [], damage: null, peers };
}

export function drillSample(more: {
  atMs?: number;
  gateway?: GatewaySample | undefined;
  eu?: RegionSample | undefined;
  us?: RegionSample | undefined;
}): Sample {
  const given = { gateway: gatewaySample(), eu: regionSample("us"), us: regionSample("eu"), ...more };
  return {
    atMs: more.atMs ?? 0,
    gateways: new Map([["plant-1", given.gateway]]),
    regions: new Map([
      ["eu", given.eu],
      ["us", given.us],
    ]),
  };
}
