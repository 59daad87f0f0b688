/** The state of a gateway as one sentence. The terminal, the page, `/v1/status` and `tidemark status` all show it. */
export type GatewayCondition = {
  /** All devices that ever had a reading. */
  readonly devices: number;
  /** Those that had one within the last minute. */
  readonly devicesSending: number;
  /** Since the last reading of any device; null: none since the start of the process. */
  readonly silentMs: number | null;
  /** Readings on this disk that no region is known to hold. */
  readonly waitingReadings: number;
  /** How long the oldest of them has waited; null: none waits. */
  readonly behindMs: number | null;
  /** The active region, or the one that the gateway waits for. */
  readonly region: string;
  /** The most preferred region, if another one is active instead; null: it is active itself. */
  readonly insteadOf: string | null;
  readonly connected: boolean;
  /** How long the gateway has had no connection; null: it is connected. */
  readonly offlineMs: number | null;
  /** Why the region refuses this gateway; null: it does not. */
  readonly refusal: string | null;
  /** Where another gateway with the name of this one connects from, while this one is accepted; null: there is none. */
  readonly rival?: string | null;
  /** Share of the disk quota in use, 0 to 1. */
  readonly fillRatio: number;
  readonly full: boolean;
  /** Messages that wait on disk until the time is known; null: the time is known. */
  readonly heldMessages?: number | null;
  /** Readings per second that were drained recently; null: unknown. */
  readonly drainPerSecond: number | null;
  /** How long the free room will last at the recent rate; null: unknown. */
  readonly roomMs: number | null;
  /** Readings that the disk lost since the start of the process. */
  readonly lostReadings?: number;
};

export function statusSentence(condition: GatewayCondition): string {
  return `${stateSentence(condition)}${damageSentence(condition)}`;
}

function damageSentence({ lostReadings = 0 }: GatewayCondition): string {
  if (lostReadings === 0) return "";
  return ` The disk lost ${formatCount(lostReadings)} ${plural("reading", lostReadings)}: check it.`;
}

function stateSentence(condition: GatewayCondition): string {
  const sentence = ownSentence(condition);
  const rival = condition.rival ?? null;
  if (rival === null || condition.refusal !== null) return sentence;
  return `${sentence.slice(0, -1)}; ANOTHER GATEWAY with this name connects from ${rival}.`;
}

function ownSentence(condition: GatewayCondition): string {
  const safe = `${formatCount(condition.waitingReadings)} ${plural("reading", condition.waitingReadings)} safe on disk`;
  const held = condition.heldMessages ?? null;
  if (held !== null) {
    const what = `${formatCount(held)} ${plural("message", held)} ${held === 1 ? "is" : "are"} held on disk`;
    return condition.full
      ? `Disk quota used up while waiting for the time: acknowledgements are withheld, sensors keep what they have; ${what}.`
      : `Waiting for the time: this machine's clock was not set, ${what} until it is.`;
  }
  if (condition.full) {
    return `Disk quota used up: acknowledgements are withheld, sensors keep what they have; ${safe}.`;
  }
  if (condition.refusal !== null) return `Refused by ${condition.region}: ${condition.refusal}; ${safe}.`;
  if (!condition.connected) {
    const since = condition.offlineMs === null ? "" : ` for ${durationText(condition.offlineMs)}`;
    return `No connection to ${condition.region}${since}: ${safe}, ${room(condition)}.`;
  }
  const receiving = receivingText(condition);
  if (condition.behindMs !== null && condition.behindMs > CATCHING_UP_MS) {
    return `${receiving}; catching up with ${condition.region}: ${safe}${drainTime(condition)}.`;
  }
  if (condition.devices === 0) return `${receiving}; connected to ${condition.region}.`;
  const behind = condition.behindMs === null ? "" : `, ${seconds(condition.behindMs)} behind`;
  const instead = condition.insteadOf === null ? "" : ` (${condition.insteadOf} is out of reach)`;
  return `${receiving}; everything sealed is durable in ${condition.region}${instead}${behind}.`;
}

/** 1284331 -> "1,284,331"; above ten million "12.8 M". */
export function formatCount(value: number): string {
  if (value >= 1e7) return `${(value / 1e6).toFixed(1)} M`;
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** As people write it: "0.4 s", "3 min 12 s", "3 h 12 min", "9 days". */
export function durationText(ms: number): string {
  if (ms < 60_000) return seconds(ms);
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 72) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

const CATCHING_UP_MS = 5000;

function receivingText({ devices, devicesSending, silentMs }: GatewayCondition): string {
  if (devices === 0) return "Waiting for the first reading";
  const known = `${formatCount(devices)} ${plural("device", devices)}`;
  if (devicesSending === 0) {
    const since = silentMs === null ? "since the start" : `for ${durationText(silentMs)}`;
    return `No device has sent ${since}; ${known} ${devices === 1 ? "is" : "are"} known`;
  }
  return `Receiving from ${devicesSending < devices ? `${formatCount(devicesSending)} of ` : ""}${known}`;
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

function plural(word: string, value: number): string {
  return value === 1 ? word : `${word}s`;
}

function room(condition: GatewayCondition): string {
  if (condition.roomMs !== null) return `room for ${durationText(condition.roomMs)} more`;
  return `${Math.max(0, Math.round((1 - condition.fillRatio) * 100))} % of the quota free`;
}

function drainTime(condition: GatewayCondition): string {
  if (condition.drainPerSecond === null || condition.drainPerSecond <= 0) return "";
  return `, will drain in about ${durationText((condition.waitingReadings / condition.drainPerSecond) * 1000)}`;
}
