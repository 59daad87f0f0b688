import { freePort } from "../../../deploy/sandbox/free-port.ts";
import { memoryOf } from "../children.ts";
import type { LoadResult } from "../load-generator.ts";
import { type Figure, median, type Section } from "../report.ts";
import {
  type Bench,
  findMosquitto,
  generateLoad,
  type Server,
  launchGateway,
  startMosquitto,
  launchRegion,
} from "../servers.ts";

type Contender = {
  readonly name: string;
  readonly start: () => Promise<{ target: Server & { readonly mqttPort: number }; others: readonly Server[] }>;
};

type Run = LoadResult & { readonly peakBytes: number };

const SHAPES = [
  { connections: 50, inFlight: 20 },
  { connections: 50, inFlight: 1 },
];

/**
 * QoS 1 messages per second and PUBACK latency, one plain value per message: a gateway without a region, a gateway with
 * one, and Mosquitto where it is installed. They take turns and each runs alone. Otherwise a machine that is warmer or
 * busier in the second half of a run decides the comparison.
 */
export async function ingest(bench: Bench): Promise<Section> {
  const rounds = bench.quick ? 1 : 3;
  const seconds = bench.quick ? 3 : 8;
  const contenders = contendersOf(bench);
  const figures: Figure[] = [];
  for (const shape of SHAPES) {
    const results = new Map<string, Run[]>(contenders.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        const { target, others } = await contender.start();
        const load = await generateLoad(bench, { port: target.mqttPort, seconds, ...shape });
        results.get(contender.name)!.push({ ...load, peakBytes: memoryOf(target.child)?.peakBytes ?? Number.NaN });
        for (const server of [target, ...others]) await bench.children.stop(server.child);
      }
    }
    figures.push(...[...results].flatMap(([name, runs]) => summary(`${label(shape)} ${name}`, runs)));
    const rate = (name: string): number => median((results.get(name) ?? []).map((run) => run.messagesPerSecond));
    if (results.has("mosquitto")) {
      for (const name of [...results.keys()].filter((other) => other !== "mosquitto")) {
        figures.push({ name: `${label(shape)} ${name} / mosquitto`, value: rate(name) / rate("mosquitto"), unit: "x" });
      }
    }
  }
  const compared = contenders.some(({ name }) => name === "mosquitto") ? "" : "; mosquitto is not installed";
  return { workload: "ingest", about: `QoS 1, ${rounds} x ${seconds} s each, medians${compared}`, figures };
}

function contendersOf(bench: Bench): readonly Contender[] {
  let run = 0;
  const mosquitto = findMosquitto();
  return [
    {
      name: "gateway",
      start: async () => {
        const options = { name: `ingest-${run++}`, raw: false, regionPort: await freePort() };
        return { target: await launchGateway(bench, options), others: [] };
      },
    },
    {
      name: "gateway + region",
      start: async () => {
        const ingestPort = await freePort();
        const region = await launchRegion(bench, { name: `ingest-region-${run}`, ingestPort });
        const options = { name: `ingest-${run++}`, raw: false, regionPort: ingestPort };
        return { target: await launchGateway(bench, options), others: [region] };
      },
    },
    ...(mosquitto === undefined
      ? []
      : [{ name: "mosquitto", start: async () => ({ target: await startMosquitto(bench, mosquitto), others: [] }) }]),
  ];
}

function summary(name: string, runs: readonly Run[]): readonly Figure[] {
  const of = (pick: (run: Run) => number): number => median(runs.map(pick));
  return [
    { name, value: of((run) => run.messagesPerSecond), unit: "msg/s" },
    { name: `${name}: PUBACK p50`, value: of((run) => run.p50Ms), unit: "ms" },
    { name: `${name}: PUBACK p99`, value: of((run) => run.p99Ms), unit: "ms" },
    { name: `${name}: PUBACK max`, value: Math.max(...runs.map((run) => run.maxMs)), unit: "ms" },
    { name: `${name}: peak memory`, value: Math.max(...runs.map((run) => run.peakBytes)) / 1e6, unit: "MB" },
    { name: `${name}: load generator`, value: 100 * of((run) => run.generatorCpuShare), unit: "% of a core" },
    { name: `${name}: PUBACKs out of order`, value: Math.max(...runs.map((run) => run.outOfOrder)), unit: "" },
  ];
}

function label(shape: { connections: number; inFlight: number }): string {
  return `${shape.connections} x ${shape.inFlight}`;
}
