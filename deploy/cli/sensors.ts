import { readFileSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import { Fault } from "../../proto/core/fault.ts";
import type { BrokerTarget } from "../sensors/sensor-client.ts";
import type { SimulateProgress } from "../sensors/simulate.ts";
import { durationArgument, wholeNumberArgument } from "./argument-parsers.ts";
import type { CliCommand } from "./cli-command.ts";

const PROGRESS_MS = 1_000;
/** Goes back to the first column and erases the line. */
const LINE_START = "\r\u001B[K";

/**
 * `tidemark sensors simulate` and `tidemark sensors replay`: real MQTT clients without hardware. Ctrl-C ends both in order:
 * they wait for the acknowledgements in flight and print the result. Exit code 1 when a replay did not reach the end of its
 * file, or when messages were not acknowledged.
 */
export function registerSensors(program: CliCommand): void {
  const sensors = program
    .command("sensors")
    .description("publish simulated or recorded readings over MQTT")
    .example("tidemark sensors simulate");

  addBrokerOptions(sensors.command("simulate"))
    .description("run simulated devices until Ctrl-C; each is a separate MQTT client")
    .option("--devices <n>", "number of devices", wholeNumberArgument({ min: 1, max: 100_000 }), 16)
    .addOption(
      new Option("--period <duration>", "time between two samples of a device")
        .argParser(durationArgument)
        .default(1_000, "1s"),
    )
    .option(
      "--seed <n>",
      "the same seed gives the same devices and curves",
      wholeNumberArgument({ min: 0, max: 2 ** 32 - 1 }),
      1,
    )
    .option(
      "--site <name>",
      "first level of the device names; two simulations with the same name are one site",
      siteName,
      "site",
    )
    .option("--duration <duration>", "stop after this time", durationArgument)
    .option(
      "--count <n>",
      "stop after this many messages",
      wholeNumberArgument({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    )
    .addOption(qosOption([0, 1, 2]))
    .example(
      "tidemark sensors simulate --devices 100",
      "tidemark sensors simulate --url mqtts://gw.example.com:8883 --ca ca.pem --username line-1 --password-file line-1.password --count 1000 --json",
    )
    .action(async (flags: SimulateFlags) => {
      // Loaded here, because a gateway process needs no MQTT client.
      const { simulate, simulateSentence } = await import("../sensors/simulate.ts");
      const line = new ProgressLine();
      const options = {
        broker: brokerOf(flags),
        devices: flags.devices,
        periodMs: flags.period,
        seed: flags.seed,
        site: flags.site,
        qos: flags.qos,
        ...(flags.duration === undefined ? {} : { durationMs: flags.duration }),
        ...(flags.count === undefined ? {} : { count: flags.count }),
      };
      const result = await untilInterrupted((signal) =>
        simulate(options, signal, (progress) => line.show(progress)).finally(() => line.clear()),
      );
      print(flags, result, simulateSentence(result));
      if (result.acknowledged < result.published) process.exitCode = 1;
    });

  addBrokerOptions(sensors.command("replay"))
    .description("publish the rows of a CSV file as JSON messages, and wait until each is acknowledged")
    .argument("<file>", "CSV file with a time column; its first line names the columns")
    .option("--topic <topic>", "topic to publish to (default: replay/<file name without extension>)")
    .option("--time-column <name>", "column with the time (default: the first that is called timestamp, ts or time)")
    .addOption(
      new Option("--speed <speed>", "max, or a multiple of the recorded speed, such as 1x or 60x")
        .argParser(speed)
        .default(Number.POSITIVE_INFINITY, "max"),
    )
    .addOption(qosOption([1, 2]))
    .example(
      "tidemark sensors replay office.csv",
      "tidemark sensors replay office.csv --topic office/room-1 --speed 60x --json",
    )
    .action(async (file: string, flags: ReplayFlags) => {
      const { replay, replaySentence } = await import("../sensors/replay.ts");
      const result = await untilInterrupted((signal) =>
        replay(
          {
            file,
            broker: brokerOf(flags),
            speed: flags.speed,
            qos: flags.qos,
            ...(flags.topic === undefined ? {} : { topic: flags.topic }),
            ...(flags.timeColumn === undefined ? {} : { timeColumn: flags.timeColumn }),
          },
          signal,
        ),
      );
      print(flags, result, replaySentence(result));
      if (!result.complete) process.exitCode = 1;
    });
}

type BrokerFlags = {
  readonly url: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly ca?: string;
  readonly json?: boolean;
};

type SimulateFlags = BrokerFlags & {
  readonly devices: number;
  readonly period: number;
  readonly seed: number;
  readonly site: string;
  readonly duration?: number;
  readonly count?: number;
  readonly qos: 0 | 1 | 2;
};

type ReplayFlags = BrokerFlags & {
  readonly topic?: string;
  readonly timeColumn?: string;
  readonly speed: number;
  readonly qos: 1 | 2;
};

function addBrokerOptions(command: CliCommand): CliCommand {
  return command
    .option("--url <url>", "MQTT address of the gateway: mqtt, mqtts, ws or wss", brokerUrl, "mqtt://127.0.0.1:1883")
    .option("--username <name>", "user name, if the gateway needs one")
    .option("--password-file <file>", "file with the password of that user")
    .option(
      "--ca <file>",
      "certificate (PEM) of the authority that signed the gateway's certificate, for mqtts and wss",
    )
    .option("--json", "print the result as JSON");
}

function qosOption(levels: readonly number[]): Option {
  return new Option("--qos <level>", "MQTT quality of service")
    .choices(levels.map(String))
    .argParser(choice(levels))
    .default(1);
}

function brokerOf(flags: BrokerFlags): BrokerTarget {
  return {
    url: flags.url,
    ...(flags.username === undefined ? {} : { username: flags.username }),
    ...(flags.passwordFile === undefined ? {} : { password: readText(flags.passwordFile).replace(/\r?\n$/, "") }),
    ...(flags.ca === undefined ? {} : { ca: readText(flags.ca) }),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Fault({
      code: "file",
      message: `cannot read ${file}: ${reason}`,
      hint: "check the path and who may read it",
      cause: error,
    });
  }
}

/** Runs the work with a signal that fires at Ctrl-C and SIGTERM. A second Ctrl-C ends the process at once. */
async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = (): void => {
    forget();
    stop.abort();
  };
  const forget = (): void => {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    return await work(stop.signal);
  } finally {
    forget();
  }
}

/** A line that is updated in place; only on a terminal. */
class ProgressLine {
  #timer: NodeJS.Timeout | undefined;

  show(progress: () => SimulateProgress): void {
    if (!process.stderr.isTTY) return;
    this.#timer = setInterval(() => {
      const { devices, acknowledged, skipped } = progress();
      const lost = skipped === 0 ? "" : `, ${skipped.toLocaleString("en")} not sent`;
      process.stderr.write(`${LINE_START}${devices} devices, ${acknowledged.toLocaleString("en")} acknowledged${lost}`);
    }, PROGRESS_MS);
  }

  clear(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    process.stderr.write(LINE_START);
  }
}

function print(flags: BrokerFlags, result: object, sentence: string): void {
  process.stdout.write(`${flags.json === true ? JSON.stringify(result) : sentence}\n`);
}

function brokerUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !["mqtt:", "mqtts:", "ws:", "wss:"].includes(url.protocol) || url.hostname === "") {
    throw new InvalidArgumentError("expected a URL that begins with mqtt://, mqtts://, ws:// or wss://");
  }
  if (url.username !== "" || url.password !== "") {
    throw new InvalidArgumentError(
      "give the user with --username and --password-file, because a URL is visible in process lists",
    );
  }
  return text;
}

function choice(levels: readonly number[]): (text: string) => number {
  return (text) => {
    const level = Number(text);
    if (!levels.includes(level)) throw new InvalidArgumentError(`expected ${levels.join(" or ")}`);
    return level;
  };
}

function speed(text: string): number {
  if (text === "max") return Number.POSITIVE_INFINITY;
  const factor = /^(\d+(?:\.\d+)?)x$/.exec(text)?.[1];
  if (factor !== undefined && Number(factor) > 0) return Number(factor);
  throw new InvalidArgumentError("expected max, or a multiple such as 1x or 60x");
}

function siteName(text: string): string {
  if (!/^[\w.-]{1,64}$/.test(text)) throw new InvalidArgumentError("expected letters, digits, -, _ and .");
  return text;
}
