import type { JsonField } from "../json-fields.ts";
import type { DeviceRequest } from "../decoder.ts";
import type { DecoderMemory } from "../decoder-memory.ts";
import type { SparkplugMetric, SparkplugPayload } from "./sparkplug-payload.ts";
import { readSparkplugPayload, valueOf } from "./sparkplug-payload.ts";
import type { SparkplugTopic } from "./sparkplug-topic.ts";
import { birthsText, parsedBirths, sayTheSame } from "./births.ts";
import type { Birth, Births, KnownMetric } from "./births.ts";

/**
 * Sparkplug B (Eclipse Sparkplug 3.0.0): births say what the metrics of an edge node and its devices are called, data
 * names them by number. What births said is remembered across restarts; where a number is not known, or a message is
 * missing in the count, the node is asked to be born again.
 *
 * Devices are `group/node` and `group/node/device`.
 */
export class Sparkplug {
  readonly #memory: DecoderMemory;
  readonly #nodes = new Map<string, Node>();
  /** Metrics that births told of since nodes were last forgotten: no fewer than are in memory. */
  #metrics = 0;

  constructor(memory: DecoderMemory) {
    this.#memory = memory;
  }

  /** @param again it is decoded once more: it says nothing about the count of messages, and nobody is asked. */
  decode(
    topic: SparkplugTopic,
    bytes: Uint8Array,
    { nowMs, again }: { nowMs: number; again: boolean },
  ): SparkplugOutcome {
    if (topic.kind === "ignored") return { kind: "ignored", what: topic.what };
    if (topic.kind === "death") {
      if (!again) this.#node(topic.node).diedAtMs = nowMs;
      return { kind: "ignored", what: "availability" };
    }
    let payload: SparkplugPayload;
    try {
      payload = readSparkplugPayload(bytes);
    } catch (error) {
      return {
        kind: "syntax",
        detail: `no Sparkplug B payload: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
    const node = this.#node(topic.node);
    const { device } = topic;
    const requests: DeviceRequest[] = [];
    const ask = (): void => {
      if (again || nowMs - node.askedAtMs < ASK_EVERY_MS) return;
      node.askedAtMs = nowMs;
      requests.push(rebirthRequest(topic, nowMs));
    };
    if (topic.message === "NBIRTH" && !again) {
      node.ended = new Map(node.births);
      node.births.clear();
      node.seq = undefined;
    }
    if (payload.seq !== undefined && !again) {
      const isGap = node.seq !== undefined && payload.seq !== (node.seq + 1) % 256;
      node.seq = payload.seq;
      if (isGap) ask();
    }
    let birth = node.births.get(device);
    const bornSinceMs = topic.isBirth && !again ? Math.max(nowMs - HELD_MS, node.diedAtMs) : undefined;
    if (topic.isBirth) birth = { sinceMs: bornSinceMs, metrics: new Map(knownMetrics(payload.metrics)) };
    if (birth !== undefined && bornSinceMs !== undefined) {
      // Said once more, by a node that was asked: the numbers mean what they meant.
      const before = node.births.get(device) ?? node.ended.get(device);
      if (before !== undefined && sayTheSame(before.metrics, birth.metrics)) birth = before;
      node.ended.delete(device);
      // To the end: where a node says too much, what was said first is forgotten, and asked for again.
      node.births.delete(device);
      node.births.set(device, birth);
      forgetOldest(node.births);
      this.#metrics += payload.metrics.length;
      this.#memory.set(memoryKey(topic.node), birthsText(node.births));
    }
    const isOlder = again && birth?.sinceMs !== undefined && nowMs < birth.sinceMs;
    const found = this.#fields(topic, payload, { birth, isOlder });
    if (found.unknown !== undefined) {
      ask();
      return {
        kind: "unknown_alias",
        detail: `metric ${found.unknown} of ${device} is not known by any birth${isOlder ? " of its time" : ""}`,
        requests,
      };
    }
    return { ...found, kind: "fields", requests, bornSinceMs };
  }

  /** @param isOlder than the birth: a number of it may have meant something else then. */
  #fields(
    { device }: Extract<SparkplugTopic, { kind: "message" }>,
    payload: SparkplugPayload,
    { birth, isOlder }: { birth: Birth | undefined; isOlder: boolean },
  ): { fields: JsonField[]; nulls: number; identifiers: number; unknown: string | undefined } {
    const fields: JsonField[] = [];
    let nulls = 0;
    let identifiers = 0;
    let unknown: string | undefined;
    const add = (metric: SparkplugMetric, path: string, timeMs: number | undefined): void => {
      const known = isOlder && metric.name === undefined ? undefined : birth?.metrics.get(keyOf(metric));
      const name = metric.name ?? known?.name;
      if (name === undefined) {
        unknown ??= `number ${metric.alias ?? "?"}`;
        return;
      }
      const full = path === "" ? name : `${path}/${name}`;
      const own = metric.timestampMs ?? timeMs;
      if (isControl(full)) identifiers++;
      else if (metric.raw.kind === "template") {
        if (metric.raw.isDefinition) identifiers++;
        else for (const inner of metric.raw.metrics) add(inner, full, own);
      } else if (metric.isNull) nulls++;
      else {
        const value = valueOf(metric.raw, metric.datatype ?? known?.datatype);
        if (value === undefined) identifiers++;
        else fields.push({ device, path: full, value, unit: metric.unit ?? known?.unit ?? null, timeMs: own });
      }
    };
    for (const metric of payload.metrics) add(metric, "", payload.timestampMs);
    return { fields, nulls, identifiers, unknown };
  }

  #node(name: string): Node {
    let node = this.#nodes.get(name);
    if (node === undefined) {
      if (this.#nodes.size >= NODES_MAX || this.#metrics >= METRICS_MAX) {
        // Their births come back from the memory, when they are heard of again.
        this.#nodes.clear();
        this.#metrics = 0;
      }
      const births = parsedBirths(this.#memory.get(memoryKey(name)));
      node = { births, ended: new Map(), seq: undefined, askedAtMs: -Infinity, diedAtMs: -Infinity };
      for (const { metrics } of node.births.values()) this.#metrics += metrics.size;
      this.#nodes.set(name, node);
    }
    return node;
  }
}

export type SparkplugOutcome =
  | { readonly kind: "ignored"; readonly what: string }
  | { readonly kind: "syntax"; readonly detail: string }
  | { readonly kind: "unknown_alias"; readonly detail: string; readonly requests: readonly DeviceRequest[] }
  | {
      readonly kind: "fields";
      readonly fields: readonly JsonField[];
      readonly nulls: number;
      readonly identifiers: number;
      readonly requests: readonly DeviceRequest[];
      /** Of a birth: numbers in messages of this node that came since then mean what it says. */
      readonly bornSinceMs: number | undefined;
    };

type Node = {
  readonly births: Births;
  /** Those before the last of the node itself, as far as they were not said anew. */
  ended: Births;
  seq: number | undefined;
  askedAtMs: number;
  diedAtMs: number;
};

/** All births of a node are written down as one text, so a node without end would cost more with every birth. */
function forgetOldest(births: Births): void {
  let metrics = 0;
  for (const birth of births.values()) metrics += birth.metrics.size;
  for (const [device, birth] of births) {
    if (metrics <= METRICS_PER_NODE_MAX || births.size === 1) return;
    births.delete(device);
    metrics -= birth.metrics.size;
  }
}

function* knownMetrics(metrics: readonly SparkplugMetric[]): Generator<[string, KnownMetric]> {
  for (const metric of metrics) {
    const { name, datatype, unit } = metric;
    if (name === undefined) continue;
    const known = { name, datatype, unit };
    yield [`n${name}`, known];
    if (metric.alias !== undefined) yield [`a${metric.alias}`, known];
  }
}

function keyOf({ name, alias }: SparkplugMetric): string {
  return name !== undefined ? `n${name}` : `a${alias ?? ""}`;
}

/** What a node offers to be told, and the number of its session: no measurements. */
function isControl(name: string): boolean {
  return name === "bdSeq" || name.startsWith("Node Control/") || name.startsWith("Device Control/");
}

function memoryKey(node: string): string {
  return `sparkplug/${node}`;
}

/** `Node Control/Rebirth` = true (Sparkplug 3.0.0, 6.4.20): timestamp, and one metric with name, datatype 11 and value. */
function rebirthRequest({ group, nodeId }: { group: string; nodeId: string }, nowMs: number): DeviceRequest {
  const name = new TextEncoder().encode("Node Control/Rebirth");
  const metric = [0x0a, name.length, ...name, 0x20, 11, 0x70, 1];
  const payload = Uint8Array.of(0x08, ...varint(nowMs), 0x12, metric.length, ...metric);
  return { topic: `spBv1.0/${group}/NCMD/${nodeId}`, payload };
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = Math.floor(value); ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

/** How long a number that no birth named is waited for: later another session may have given it to something else. */
const HELD_MS = 60_000;
/** A node that is asked has this long to answer. */
const ASK_EVERY_MS = 10_000;
const NODES_MAX = 10_000;
const METRICS_MAX = 200_000;
/** A metric that has a name and a number counts twice. */
const METRICS_PER_NODE_MAX = 50_000;
