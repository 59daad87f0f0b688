import type { JsonField } from "../json-fields.ts";
import type { DeviceRequest } from "../decoder.ts";
import type { DecoderMemory } from "../decoder-memory.ts";
import type { SparkplugMetric, SparkplugPayload } from "./sparkplug-payload.ts";
import { readSparkplugPayload, valueOf } from "./sparkplug-payload.ts";
import type { SparkplugTopic } from "./sparkplug-topic.ts";
import { birthsText, parsedBirths, haveSameMeaning } from "./births.ts";
import type { Birth, Births, KnownMetric } from "./births.ts";

/**
 * Sparkplug B (Eclipse Sparkplug 3.0.0). Births name the metrics of an edge node and its devices, and give each metric a
 * number, the alias. Data messages have only the aliases. Births are remembered across restarts. When an alias is unknown
 * or a message is missing in the sequence, the gateway asks the node for a rebirth.
 *
 * Devices are `group/node` and `group/node/device`.
 */
export class Sparkplug {
  readonly #memory: DecoderMemory;
  readonly #nodes = new Map<string, Node>();
  /** An upper bound of the metrics in memory. It counts all births since the nodes were last forgotten. */
  #metrics = 0;

  constructor(memory: DecoderMemory) {
    this.#memory = memory;
  }

  /** @param isRetry a dead letter is decoded again. It does not count in the sequence, and causes no rebirth request. */
  decode(
    topic: SparkplugTopic,
    bytes: Uint8Array,
    { nowMs, isRetry }: { nowMs: number; isRetry: boolean },
  ): SparkplugOutcome {
    if (topic.kind === "ignored") return { kind: "ignored", what: topic.what };
    if (topic.kind === "death") {
      if (!isRetry) this.#node(topic.node).diedAtMs = nowMs;
      return { kind: "ignored", what: "availability" };
    }
    let payload: SparkplugPayload;
    try {
      payload = readSparkplugPayload(bytes);
    } catch (error) {
      return {
        kind: "syntax",
        detail: `not a Sparkplug B payload: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
    const node = this.#node(topic.node);
    const { device } = topic;
    const requests: DeviceRequest[] = [];
    const ask = (): void => {
      if (isRetry || nowMs - node.askedAtMs < ASK_EVERY_MS) return;
      node.askedAtMs = nowMs;
      requests.push(rebirthRequest(topic, nowMs));
    };
    if (topic.message === "NBIRTH" && !isRetry) {
      node.ended = new Map(node.births);
      node.births.clear();
      node.seq = undefined;
    }
    if (payload.seq !== undefined && !isRetry) {
      const isGap = node.seq !== undefined && payload.seq !== (node.seq + 1) % 256;
      node.seq = payload.seq;
      if (isGap) ask();
    }
    let birth = node.births.get(device);
    const bornSinceMs = topic.isBirth && !isRetry ? Math.max(nowMs - VALID_BEFORE_BIRTH_MS, node.diedAtMs) : undefined;
    if (topic.isBirth) birth = { sinceMs: bornSinceMs, metrics: new Map(knownMetrics(payload.metrics)) };
    if (birth !== undefined && bornSinceMs !== undefined) {
      // After a rebirth with the same metrics, the aliases are also valid for messages before it.
      const before = node.births.get(device) ?? node.ended.get(device);
      if (before !== undefined && haveSameMeaning(before.metrics, birth.metrics)) birth = before;
      node.ended.delete(device);
      // The birth moves to the end. When a node has too many metrics, its oldest births are forgotten and requested again.
      node.births.delete(device);
      node.births.set(device, birth);
      forgetOldest(node.births);
      this.#metrics += payload.metrics.length;
      this.#memory.set(memoryKey(topic.node), birthsText(node.births));
    }
    const isOlder = isRetry && birth?.sinceMs !== undefined && nowMs < birth.sinceMs;
    const found = this.#fields(topic, payload, { birth, isOlder });
    if (found.unknown !== undefined) {
      ask();
      return {
        kind: "unknown_alias",
        detail: `no birth${isOlder ? " at that time" : ""} of ${device} names the metric with the ${found.unknown}`,
        requests,
      };
    }
    return { ...found, kind: "fields", requests, bornSinceMs };
  }

  /** @param isOlder the message is older than the birth. Its aliases may have meant something else then. */
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
        unknown ??= `alias ${metric.alias ?? "?"}`;
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
        // The next message of a node reads its births from the memory again.
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
      /** Set for a birth: its aliases are valid for messages of this node from this time on. */
      readonly bornSinceMs: number | undefined;
    };

type Node = {
  readonly births: Births;
  /** Births before the last NBIRTH that were not repeated after it. */
  ended: Births;
  seq: number | undefined;
  askedAtMs: number;
  diedAtMs: number;
};

/** All births of a node are stored as one text. Without a limit, each birth of a huge node would cost more. */
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

/** Commands that a node offers, and the number of its session. They are not measurements. */
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

/** How long before a birth its aliases are valid. Earlier, another session may have given them another meaning. */
const VALID_BEFORE_BIRTH_MS = 60_000;
/** The pause between two rebirth requests to a node. */
const ASK_EVERY_MS = 10_000;
const NODES_MAX = 10_000;
const METRICS_MAX = 200_000;
/** A metric with a name and an alias counts twice. */
const METRICS_PER_NODE_MAX = 50_000;
