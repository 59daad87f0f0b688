import { Walk } from "./walk.ts";

/**
 * MQTT 3.1.1 packets as bytes, encoded ahead of a measurement so that the load generator only moves buffers.
 *
 * A source returns its packets in slices: `take(n)` returns at most `n` contiguous packets, ready for one `write`. Packet ids count 1..{@link PACKETS_PER_CHUNK} and start again, so the n-th packet of a connection has the id
 * `n % PACKETS_PER_CHUNK + 1` (n from 0), whichever source it came from; a window in flight is far smaller than that.
 */
export type PacketSource = {
  /** At most `n` next packets in one slice; fewer at the end of a chunk, none when the source is spent. */
  take(n: number): { readonly bytes: Uint8Array; readonly count: number };
  /** Readings in one packet. */
  readonly readingsPerPacket: number;
};

export const PACKETS_PER_CHUNK = 1024;

const EMPTY = { bytes: new Uint8Array(0), count: 0 };

/**
 * CONNECT with a clean session and no will. There is no keep-alive unless one is given, in seconds: a saturated generator
 * must not be disconnected for its silence.
 */
export function connectBytes(client: {
  id: string;
  username?: string;
  password?: string;
  keepAliveS?: number;
}): Uint8Array {
  const keepAliveS = client.keepAliveS ?? 0;
  const userFlag = client.username === undefined ? 0 : 0x80;
  const passwordFlag = client.password === undefined ? 0 : 0x40;
  const body = Buffer.concat([
    text("MQTT"),
    Buffer.from([4, 0x02 | userFlag | passwordFlag, keepAliveS >> 8, keepAliveS & 0xff]),
    text(client.id),
    ...(client.username === undefined ? [] : [text(client.username)]),
    ...(client.password === undefined ? [] : [text(client.password)]),
  ]);
  return packet(0x10, body);
}

/** PUBLISH with QoS 1, DUP and RETAIN clear. */
export function publishPacket(message: { topic: string; packetId: number; payload: string }): Uint8Array {
  const id = Buffer.from([message.packetId >> 8, message.packetId & 0xff]);
  return packet(PUBLISH_QOS_1, Buffer.concat([text(message.topic), id, Buffer.from(message.payload)]));
}

/**
 * The one message of a sensor, encoded once and changed in place: some 100 bytes of JSON with the time, a number that counts
 * its messages from 1, and three values. The same bytes are sent again, with DUP, until they are acknowledged.
 */
export class SensorPublish {
  readonly bytes: Buffer;
  readonly #idAt: number;
  readonly #timeAt: number;
  readonly #numberAt: number;
  #number = 0;

  constructor(options: { topic: string; seed: number }) {
    const walk = new Walk(options.seed);
    const payload =
      `{"timestamp":${"0".repeat(TIME_DIGITS)},"n":${" ".repeat(NUMBER_DIGITS)},` +
      `"temperature":${walk.next()},"humidity":${walk.next()},"pressure":9${walk.next()}}`;
    this.bytes = Buffer.from(publishPacket({ topic: options.topic, packetId: 1, payload }));
    const payloadAt = this.bytes.length - payload.length;
    this.#idAt = payloadAt - 2;
    this.#timeAt = payloadAt + payload.indexOf("0");
    this.#numberAt = payloadAt + payload.indexOf(" ");
  }

  /** How many messages there were so far. */
  get number(): number {
    return this.#number;
  }

  /** In 1..65535, as MQTT wants it. */
  get packetId(): number {
    return ((this.#number - 1) % 0xffff) + 1;
  }

  next(timeMs: number): void {
    this.#number++;
    this.bytes[0] = PUBLISH_QOS_1;
    this.bytes.writeUInt16BE(this.packetId, this.#idAt);
    this.bytes.write(String(timeMs), this.#timeAt, TIME_DIGITS, "latin1");
    this.bytes.write(String(this.#number).padStart(NUMBER_DIGITS), this.#numberAt, NUMBER_DIGITS, "latin1");
  }

  /** The same message once more [MQTT-3.3.1-1]. */
  again(): void {
    this.bytes[0] = PUBLISH_QOS_1 | DUP;
  }
}

const PUBLISH_QOS_1 = 0x32;
const DUP = 0x08;
const TIME_DIGITS = 13;
const NUMBER_DIGITS = 7;

/**
 * One plain value with two decimals per message, on one topic, without end: a ring that is encoded once. Its first packets
 * are repeated after its last ones, so that a slice can cross the end of the ring.
 */
export function ringSource(options: { topic: string; seed: number; maxRun: number }): PacketSource {
  const walk = new Walk(options.seed);
  const packets = Array.from({ length: PACKETS_PER_CHUNK }, (_, index) =>
    publishPacket({ topic: options.topic, packetId: index + 1, payload: walk.next() }),
  );
  const { bytes, offsets } = join([...packets, ...packets.slice(0, options.maxRun)]);
  let position = 0;
  return {
    readingsPerPacket: 1,
    take(n) {
      const count = Math.min(n, options.maxRun);
      const slice = bytes.subarray(offsets[position], offsets[position + count]);
      position = (position + count) % PACKETS_PER_CHUNK;
      return { bytes: slice, count };
    },
  };
}

/**
 * A finite run of JSON messages as a sensor with a clock sends them: `{"ts": ms, "m0": 21.53, ...}`. The topics take
 * turns; each turn is one period later. Encodes a chunk at a time, and never into a buffer that the socket may still hold.
 */
export function jsonSource(options: {
  topics: readonly string[];
  fields: number;
  messages: number;
  firstMs: number;
  periodMs: number;
  seed: number;
}): PacketSource {
  const walks = options.topics.map((_, topic) =>
    Array.from({ length: options.fields }, (_unused, field) => new Walk(options.seed + topic * options.fields + field)),
  );
  let encoded = 0;
  let chunk: { bytes: Uint8Array; offsets: Uint32Array; count: number } = {
    ...EMPTY,
    offsets: new Uint32Array(1),
  };
  let position = 0;

  function nextChunk(): void {
    const count = Math.min(PACKETS_PER_CHUNK, options.messages - encoded);
    const packets = Array.from({ length: count }, (_, index) => {
      const turn = Math.floor((encoded + index) / options.topics.length);
      const topic = (encoded + index) % options.topics.length;
      const values = walks[topic]!.map((walk, field) => `"m${field}":${walk.next()}`).join(",");
      const payload = `{"ts":${options.firstMs + turn * options.periodMs},${values}}`;
      return publishPacket({ topic: options.topics[topic]!, packetId: index + 1, payload });
    });
    encoded += count;
    position = 0;
    chunk = { ...join(packets), count };
  }

  return {
    readingsPerPacket: options.fields,
    take(n) {
      if (position === chunk.count) {
        if (encoded === options.messages) return EMPTY;
        nextChunk();
      }
      const count = Math.min(n, chunk.count - position);
      const slice = chunk.bytes.subarray(chunk.offsets[position], chunk.offsets[position + count]);
      position += count;
      return { bytes: slice, count };
    },
  };
}

function join(packets: readonly Uint8Array[]): { bytes: Uint8Array; offsets: Uint32Array } {
  const offsets = new Uint32Array(packets.length + 1);
  for (const [index, bytes] of packets.entries()) offsets[index + 1] = offsets[index]! + bytes.length;
  return { bytes: Buffer.concat(packets), offsets };
}

function packet(header: number, body: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = body.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([header, ...length]), body]);
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
