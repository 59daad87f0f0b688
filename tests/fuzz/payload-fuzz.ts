import { setImmediate as turn } from "node:timers/promises";
import type { DecodeOutcome } from "../../edge/decode/decoder.ts";
import { createDecoder } from "../../edge/decode/routed-decoder.ts";
import type { ClockSource, Value } from "../../proto/core/reading.ts";
import { Finding } from "./finding.ts";
import { mutatedJson } from "./mutated-json.ts";
import { Mutator } from "./mutator.ts";
import { DECODER_OPTIONS, OBJECT_SEEDS, PAYLOAD_SEEDS, TOPIC_SEEDS } from "./payload-seeds.ts";

/**
 * Sends mutated payloads through the decoder, as a gateway configures it. This must hold for each
 * (`edge/decode/decoder.ts`): it never throws; times are whole milliseconds; numbers are finite; names are printable; there
 * are no more readings than allowed, and none in a dead letter or an ignored message.
 *
 * Messages depend on earlier ones (births, the first format of a topic), so they come in episodes of {@link EPISODE}. Each
 * episode has its own decoder and seed, and reproduces its finding alone.
 *
 * @throws Finding
 */
export async function fuzzPayloads(options: {
  seed: number;
  count: number;
  firstEpisode?: number;
  /** Ends it early, with the figures so far. */
  signal?: AbortSignal;
}): Promise<PayloadFigures> {
  const figures: PayloadFigures = { messages: 0, readings: 0, outcomes: new Map(), slowestMs: 0, rssMax: 0 };
  for (
    let episode = options.firstEpisode ?? 0;
    figures.messages < options.count && options.signal?.aborted !== true;
    episode++
  ) {
    const messages = Math.min(EPISODE, options.count - figures.messages);
    runEpisode({ seed: options.seed, episode, messages }, figures);
    // zlib frees its memory outside of the heap between turns of the event loop. A gateway has one turn for each group.
    await turn();
    figures.rssMax = Math.max(figures.rssMax, process.memoryUsage.rss());
  }
  return figures;
}

export type PayloadFigures = {
  messages: number;
  readings: number;
  readonly outcomes: Map<string, number>;
  slowestMs: number;
  /** The resident memory of the process, in bytes. */
  rssMax: number;
};

export const EPISODE = 2000;

function runEpisode(
  { seed, episode, messages }: { seed: number; episode: number; messages: number },
  figures: PayloadFigures,
): void {
  const mutator = new Mutator(seed * 1_000_003 + episode);
  const options = mutator.pick(DECODER_OPTIONS);
  const decoder = createDecoder(options);
  for (let n = 0; n < messages; n++) {
    const topic = mutatedTopic(mutator);
    const payload = mutator.chance(0.4)
      ? mutatedJson(mutator, mutator.pick(OBJECT_SEEDS))
      : mutator.bytes(mutator.pick(PAYLOAD_SEEDS), PAYLOAD_SEEDS);
    const message = {
      topic,
      payload,
      clientId: mutator.chance(0.05) ? "" : "client-1",
      arrivedMs: mutator.chance(0.02) ? 0 : ARRIVED_MS + n,
      clockPlausible: mutator.chance(0.95),
    };
    const check = new Check(options.limits.values);
    const startMs = performance.now();
    let problem: string | undefined;
    try {
      const outcome = decoder.decodeInto(message, check);
      problem = check.problem ?? check.of(outcome);
      const kind = outcome.kind === "dead_letter" ? `dead letter ${outcome.reason}` : outcome.kind;
      figures.outcomes.set(kind, (figures.outcomes.get(kind) ?? 0) + 1);
    } catch (error) {
      problem = `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    }
    const tookMs = performance.now() - startMs;
    // The limit is wide, for a busy machine. Quadratic time is far above it.
    if (tookMs > SLOW_MS) problem ??= `took ${Math.round(tookMs)} ms`;
    figures.slowestMs = Math.max(figures.slowestMs, tookMs);
    figures.readings += check.readings;
    figures.messages++;
    if (problem !== undefined) {
      throw new Finding({
        problem,
        bytes: payload,
        where: `topic ${JSON.stringify(topic)}, decoder options ${DECODER_OPTIONS.indexOf(options)}, message ${n} of episode ${episode}`,
        replay: `npm run fuzz -- --seed ${seed} --packets 0 --payloads ${n + 1} --episode ${episode}`,
      });
    }
  }
}

/** Mostly an unchanged topic, so that the decoder already knows the topic. */
function mutatedTopic(mutator: Mutator): string {
  const topic = mutator.pick(TOPIC_SEEDS);
  if (mutator.chance(0.9)) return topic;
  const damaged = mutator.bytes(Buffer.from(topic), TOPIC_BYTES).toString("utf8");
  // The broker refuses all other topics (edge/core/mqtt/packet-validation.ts).
  return damaged !== "" && isClean(damaged) && !/[+#\ufffd]/.test(damaged) ? damaged : topic;
}

const TOPIC_BYTES = TOPIC_SEEDS.map((topic) => Buffer.from(topic));

/** Checks the output of the decoder. */
class Check {
  readings = 0;
  problem: string | undefined;
  readonly #valuesMax: number;

  constructor(valuesMax: number) {
    this.#valuesMax = valuesMax;
  }

  admits(): null {
    return null;
  }

  ignored(what: string, count: number): void {
    if (what === "" || !Number.isSafeInteger(count) || count < 1) this.problem ??= `ignored ${count} of ${what}`;
  }

  request({ topic }: { topic: string }): void {
    // The broker publishes it, so an invalid name must not become a topic.
    if (!isClean(topic) || /[+#]/.test(topic)) this.problem ??= `asks on ${JSON.stringify(topic)}`;
  }

  reading(
    { device, metric, unit }: { device: string; metric: string; unit: string | null },
    timeMs: number,
    value: Value,
    clock: ClockSource,
  ): void {
    this.readings++;
    const name = JSON.stringify(`${device} ${metric}`).slice(0, 200);
    if (!isName(device, 512) || !isName(metric, 256)) this.problem ??= `the name ${name}`;
    else if (!Number.isSafeInteger(timeMs) || Math.abs(timeMs) > 8.64e15)
      this.problem ??= `the time ${timeMs} of ${name}`;
    else if (typeof value === "number" && !Number.isFinite(value)) this.problem ??= `the value ${value} of ${name}`;
    else if (typeof value === "string" && (value.length > 4096 || !value.isWellFormed())) {
      this.problem ??= `a text of ${value.length} characters, or with half of one, of ${name}`;
    } else if (!["number", "bigint", "boolean", "string"].includes(typeof value)) {
      this.problem ??= `the ${typeof value} ${String(value)} of ${name}`;
    } else if (unit !== null && (unit === "" || unit.length > UNIT_MAX || !isClean(unit))) {
      this.problem ??= `the unit ${JSON.stringify(unit).slice(0, 100)} of ${name}`;
    } else if (!["device", "none", "suspect"].includes(clock)) this.problem ??= `the clock ${clock} of ${name}`;
  }

  of(outcome: DecodeOutcome): string | undefined {
    if (this.readings > this.#valuesMax) return `${this.readings} readings, more than ${this.#valuesMax}`;
    switch (outcome.kind) {
      case "readings":
        return this.readings === 0 ? "readings, but none" : undefined;
      case "ignored":
        return this.readings > 0 ? `${this.readings} readings of an ignored message` : undefined;
      case "dead_letter":
        if (this.readings > 0) return `${this.readings} readings of a dead letter`;
        return outcome.detail === "" || outcome.detail.length > DETAIL_MAX
          ? `a dead letter with ${outcome.detail.length} characters of detail`
          : undefined;
    }
  }
}

function isName(name: string, max: number): boolean {
  return name.length > 0 && name.length <= max && name.isWellFormed() && isClean(name);
}

function isClean(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the expression looks for control characters
  return !/[\u0000-\u001f\u007f-\u009f]/.test(text);
}

const ARRIVED_MS = Date.UTC(2026, 10, 20, 12);
const SLOW_MS = 1000;
const UNIT_MAX = 128;
const DETAIL_MAX = 1000;
