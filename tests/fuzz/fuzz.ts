/**
 * Sends mutated payloads through the decoder and mutated packets through a real gateway of the built package, until the
 * counts are reached or there is a finding. Everything follows from the seed, and a finding says how to reproduce it.
 *
 *     npm run fuzz -- [--payloads 5000000] [--packets 5000000] [--seed 1] [--episode N] [--conversation N]
 *
 * SIGINT ends it and prints the figures so far. A finding makes exit code 1. payload-fuzz.ts and fuzzed-gateway.ts say
 * what must hold.
 */
import { parseArgs } from "node:util";
import { Finding } from "./finding.ts";
import { fuzzPackets } from "./packet-fuzz.ts";
import { fuzzPayloads } from "./payload-fuzz.ts";

const { values } = parseArgs({
  options: {
    payloads: { type: "string", default: "100000" },
    packets: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    episode: { type: "string", default: "0" },
    conversation: { type: "string", default: "0" },
  },
});

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());

async function main(): Promise<void> {
  const [payloads, packets] = [whole("payloads"), whole("packets")];
  const seed = whole("seed");
  if (payloads > 0) {
    const startMs = performance.now();
    const { messages, readings, outcomes, slowestMs, rssMax } = await fuzzPayloads({
      seed,
      count: payloads,
      firstEpisode: whole("episode"),
      signal: interrupted.signal,
    });
    console.log(
      `payloads: ${messages} in ${rate(messages, startMs)}; ${readings} readings; slowest ${slowestMs.toFixed(0)} ms; ` +
        `rss at most ${megabytes(rssMax)}; no finding`,
    );
    const kinds = [...outcomes].toSorted(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`);
    console.log(`          ${kinds.join(", ")}`);
  }
  if (packets > 0 && !interrupted.signal.aborted) {
    const startMs = performance.now();
    const options = {
      seed,
      count: packets,
      firstConversation: whole("conversation"),
      built: true,
      signal: interrupted.signal,
    };
    const { handled, conversations, controlMessages, slowestMs, rssMax } = await fuzzPackets(options);
    console.log(
      `packets:  ${handled} in ${rate(handled, startMs)}; ${conversations} connections; the control client was served ` +
        `${controlMessages} times, within ${slowestMs.toFixed(0)} ms; rss of the gateway at most ${megabytes(rssMax)}; no finding`,
    );
  }
}

function whole(name: keyof typeof values): number {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name}: expected a whole number`);
  return value;
}

function rate(count: number, startMs: number): string {
  const seconds = (performance.now() - startMs) / 1000;
  return `${seconds.toFixed(0)} s (${Math.round(count / seconds)}/s)`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Finding)) throw error;
  console.error(`FOUND: ${error.message}`);
  process.exitCode = 1;
}
