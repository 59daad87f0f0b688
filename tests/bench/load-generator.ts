/**
 * Sends to one MQTT broker as fast as a closed loop allows and measures: QoS 1 messages per second, PUBACK latency (from
 * the socket write to the PUBACK), whether the PUBACKs came in order, and how much of a core this process used.
 *
 * This process must never be the limit. So there is no MQTT library, no object per message and no parsing beyond the four
 * bytes of a PUBACK: packets are encoded ahead (`mqtt-bytes.ts`), a socket is written once per turn of the event loop and
 * read into a fixed buffer. Between turns the process sleeps for `--pause-ms`. Without the pause it wakes for every PUBACK of a
 * broker that writes them one by one, uses a whole core for 280,000 messages a second and limits that broker. With the
 * pause half a core carries 370,000.
 *
 *     node tests/bench/load-generator.ts --port 1883 --connections 50 --in-flight 20 --seconds 5
 *     node tests/bench/load-generator.ts --port 1883 --messages 100000 --fields 10 --topics 100
 *
 * With `--seconds` every connection repeats plain values on its own topic, and a second of warm-up is not counted; with
 * `--messages` that many JSON messages are sent once and the run ends with the last PUBACK. The result is one line of
 * JSON on standard output. A broker that closes a connection, or sends anything but a PUBACK, ends the run with exit 1.
 */
import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { LatencyHistogram } from "./latency-histogram.ts";
import { connectBytes, jsonSource, PACKETS_PER_CHUNK, type PacketSource, ringSource } from "./mqtt-bytes.ts";

export type LoadResult = {
  readonly messages: number;
  readonly readings: number;
  readonly seconds: number;
  readonly messagesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** PUBACKs that did not answer the oldest message in flight on their connection. */
  readonly outOfOrder: number;
  /** The share of one core that this process used. */
  readonly generatorCpuShare: number;
};

const WARM_UP_MS = 1_000;
const NEVER_NOTIFIED = new Int32Array(new SharedArrayBuffer(4));
const CONNACK = 0x20;
const PUBACK = 0x40;
const ACK_BYTES = 4;

class Connection {
  #sent = 0;
  #acked = 0;
  #spent = false;
  /** A PUBACK cut in two by the end of a read: its bytes so far. */
  readonly #partial = Buffer.alloc(ACK_BYTES);
  #partialBytes = 0;
  readonly #sentAtMs = new Float64Array(PACKETS_PER_CHUNK);
  readonly #socket: Socket;
  readonly #run: Run;
  readonly #source: PacketSource;
  #dirty = false;

  constructor(run: Run, options: { socket: Socket; source: PacketSource }) {
    this.#run = run;
    this.#socket = options.socket;
    this.#source = options.source;
  }

  received(bytes: Uint8Array, length: number): void {
    const nowMs = performance.now();
    let offset = 0;
    if (this.#partialBytes > 0) {
      while (this.#partialBytes < ACK_BYTES && offset < length) this.#partial[this.#partialBytes++] = bytes[offset++]!;
      if (this.#partialBytes < ACK_BYTES) return;
      this.#partialBytes = 0;
      this.#acknowledge(this.#partial, 0, nowMs);
    }
    for (; offset + ACK_BYTES <= length; offset += ACK_BYTES) this.#acknowledge(bytes, offset, nowMs);
    while (offset < length) this.#partial[this.#partialBytes++] = bytes[offset++]!;
    if (!this.#dirty) {
      this.#dirty = true;
      this.#run.flushLater(this);
    }
    if (this.#spent && this.#acked === this.#sent) this.#run.finished();
  }

  /** Fills the window again with one write. */
  flush(): void {
    this.#dirty = false;
    const room = this.#run.inFlight - (this.#sent - this.#acked);
    if (room <= 0 || this.#run.stopping) return;
    const { bytes, count } = this.#source.take(room);
    if (count === 0) {
      if (!this.#spent && this.#acked === this.#sent) this.#run.finished();
      this.#spent = true;
      return;
    }
    const nowMs = performance.now();
    for (let index = 0; index < count; index++) this.#sentAtMs[(this.#sent + index) % PACKETS_PER_CHUNK] = nowMs;
    this.#sent += count;
    this.#socket.write(bytes);
  }

  #acknowledge(bytes: Uint8Array, offset: number, nowMs: number): void {
    if (bytes[offset] !== PUBACK) {
      this.#run.fail(
        new Error(`expected a PUBACK, received a packet that starts with 0x${bytes[offset]!.toString(16)}`),
      );
      return;
    }
    const slot = this.#acked % PACKETS_PER_CHUNK;
    if (((bytes[offset + 2]! << 8) | bytes[offset + 3]!) !== slot + 1) this.#run.outOfOrder++;
    this.#acked++;
    this.#run.histogram.record(nowMs - this.#sentAtMs[slot]!, 1);
  }
}

/** What all connections of one run share. */
class Run {
  readonly inFlight: number;
  readonly #pauseMs: number;
  readonly histogram = new LatencyHistogram();
  readonly done: Promise<void>;
  outOfOrder = 0;
  stopping = false;
  #dirty: Connection[] = [];
  #running: number;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;

  constructor(options: { inFlight: number; connections: number; pauseMs: number }) {
    this.inFlight = options.inFlight;
    this.#pauseMs = options.pauseMs;
    this.#running = options.connections;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  flushLater(connection: Connection): void {
    if (this.#dirty.length === 0) setImmediate(this.#flush);
    this.#dirty.push(connection);
  }

  finished(): void {
    this.#running--;
    if (this.#running === 0) this.#resolve();
  }

  fail(error: Error): void {
    this.#reject(error);
  }

  end(): void {
    this.#resolve();
  }

  readonly #flush = (): void => {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const connection of dirty) connection.flush();
    // Timers have a resolution of a millisecond; this sleeps for less.
    if (this.#pauseMs > 0) Atomics.wait(NEVER_NOTIFIED, 0, 0, this.#pauseMs);
  };
}

type Options = {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  readonly inFlight: number;
  readonly seconds: number;
  readonly messages: number;
  readonly topics: number;
  readonly fields: number;
  readonly firstMs: number;
  readonly periodMs: number;
  readonly prefix: string;
  readonly pauseMs: number;
};

async function generateLoad(options: Options): Promise<LoadResult> {
  const run = new Run(options);
  const sources = Array.from({ length: options.connections }, (_, index) => source(options, index));
  const opened = await Promise.all(sources.map((packets, index) => open(run, options, { packets, index })));

  for (const { connection } of opened) run.flushLater(connection);
  if (options.messages === 0) {
    await Promise.race([run.done, delay(WARM_UP_MS)]);
    run.histogram.reset();
  }
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  if (options.messages === 0) setTimeout(() => run.end(), options.seconds * 1_000);
  await run.done;
  const seconds = (performance.now() - startMs) / 1_000;
  const cpu = process.cpuUsage(startCpu);
  const { histogram } = run;
  const result = {
    messages: histogram.count,
    readings: histogram.count * sources[0]!.readingsPerPacket,
    seconds,
    messagesPerSecond: histogram.count / seconds,
    p50Ms: histogram.quantileMs(0.5),
    p99Ms: histogram.quantileMs(0.99),
    maxMs: histogram.maxMs,
    outOfOrder: run.outOfOrder,
    generatorCpuShare: (cpu.user + cpu.system) / 1e6 / seconds,
  };
  run.stopping = true;
  for (const { socket } of opened) socket.destroy();
  return result;
}

function source(options: Options, index: number): PacketSource {
  const name = `${options.prefix}/c${String(index).padStart(3, "0")}`;
  if (options.messages === 0) {
    return ringSource({ topic: `${name}/temperature`, seed: index + 1, maxRun: options.inFlight });
  }
  // Topics and messages are distributed over the connections as evenly as possible.
  const share = (total: number): number =>
    Math.floor(((index + 1) * total) / options.connections) - Math.floor((index * total) / options.connections);
  const topics = Array.from({ length: Math.max(1, share(options.topics)) }, (_, topic) => `${name}/d${topic}`);
  return jsonSource({
    ...options,
    topics,
    messages: share(options.messages),
    seed: index * 1_000_003 + 1,
  });
}

/** Connects and resolves after an accepting CONNACK; from then on everything received goes to the connection. */
function open(
  run: Run,
  options: Options,
  { packets, index }: { packets: PacketSource; index: number },
): Promise<{ socket: Socket; connection: Connection }> {
  return new Promise((resolve, reject) => {
    let connection: Connection | undefined;
    const socket = connect({
      host: options.host,
      port: options.port,
      noDelay: true,
      onread: {
        buffer: Buffer.alloc(64 * 1024),
        callback: (length, buffer) => {
          if (connection !== undefined) {
            connection.received(buffer, length);
          } else if (buffer[0] === CONNACK && buffer[3] === 0) {
            connection = new Connection(run, { socket, source: packets });
            resolve({ socket, connection });
          } else {
            reject(new Error(`the broker refused the connection (CONNACK code ${buffer[3]})`));
          }
          return true;
        },
      },
    });
    const failed = (error: Error): void => {
      reject(error);
      run.fail(error);
    };
    socket.on("error", failed);
    socket.on("close", () => {
      if (!run.stopping) failed(new Error("the broker closed a connection"));
    });
    socket.write(connectBytes({ id: `bench-${process.pid}-${index}` }));
  });
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string" },
      connections: { type: "string", default: "50" },
      "in-flight": { type: "string", default: "20" },
      seconds: { type: "string", default: "5" },
      messages: { type: "string", default: "0" },
      topics: { type: "string", default: "50" },
      fields: { type: "string", default: "1" },
      "first-ms": { type: "string", default: String(Date.now()) },
      "period-ms": { type: "string", default: "1000" },
      prefix: { type: "string", default: "bench" },
      "pause-ms": { type: "string", default: "0.3" },
    },
  });
  const pauseMs = Number(values["pause-ms"]);
  if (!(pauseMs >= 0 && pauseMs <= 10)) throw new RangeError("--pause-ms: expected 0 to 10 milliseconds");
  const whole = (name: Exclude<keyof typeof values, "host" | "prefix" | "pause-ms">): number => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name}: expected a whole number`);
    return value;
  };
  return {
    host: values.host,
    port: whole("port"),
    connections: whole("connections"),
    inFlight: whole("in-flight"),
    seconds: whole("seconds"),
    messages: whole("messages"),
    topics: whole("topics"),
    fields: whole("fields"),
    firstMs: whole("first-ms"),
    periodMs: whole("period-ms"),
    prefix: values.prefix,
    pauseMs,
  };
}

if (import.meta.main) {
  try {
    console.log(JSON.stringify(await generateLoad(readOptions())));
  } catch (error) {
    console.error(`load generator: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
  process.exit();
}
