import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { generate } from "mqtt-packet";
import type { ConformanceCase } from "./mosquitto-cases.ts";

/**
 * Plays one case against the broker on a port. A server may choose two things, so they are not compared: the properties of a
 * CONNACK, and its packet identifiers.
 *
 * @param timeoutMs how long an answer, or the end of the connection, may take
 * @returns what differs from the case, or undefined
 */
export async function play(one: ConformanceCase, port: number, timeoutMs: number): Promise<string | undefined> {
  await using connection = await PacketConnection.open(port, timeoutMs);
  try {
    if (one.connects) {
      connection.send(connectPacket(one.id, one.version));
      const answer = await connection.packet();
      if (answer[0] !== 0x20 || answer[3] !== 0) return `the CONNECT before the case was answered ${hex(answer)}`;
    }
    const identifiers = new Identifiers();
    for (const step of one.steps) {
      if (step.kind === "publish") await publishByAnother(port, timeoutMs, step);
      else if (step.kind === "send") connection.send(identifiers.toBroker(step.bytes));
      else {
        const expected = step.bytes;
        const actual = await connection.packet();
        if (!identifiers.same(expected, actual)) return `expected ${hex(expected)}, received ${hex(actual)}`;
      }
    }
    if (!one.endsOpen) {
      await connection.ended();
      return undefined;
    }
    connection.send(PINGREQ);
    const answer = await connection.packet();
    return answer.equals(PINGRESP) ? undefined : `expected a PINGRESP, received ${hex(answer)}`;
  } catch (error) {
    if (error instanceof CaseFailed) return error.message;
    throw error;
  }
}

class CaseFailed extends Error {}

/** A connection that reads packet by packet. It uses no parser, because a tolerant parser could hide a mistake. */
class PacketConnection implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  #bytes: Buffer = Buffer.alloc(0);
  #closed = false;
  #woken: () => void = () => {};

  static async open(port: number, timeoutMs: number): Promise<PacketConnection> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new PacketConnection(socket, timeoutMs);
  }

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      this.#woken();
    });
    // A reset is an end, too.
    socket.on("error", () => {});
    socket.once("close", () => {
      this.#closed = true;
      this.#woken();
    });
  }

  send(bytes: Uint8Array): void {
    if (!this.#closed) this.#socket.write(bytes);
  }

  /** The bytes of the next packet. @throws CaseFailed when none comes. */
  async packet(): Promise<Buffer> {
    await this.#until(() => this.#length() !== undefined, "no answer");
    const length = this.#length()!;
    const packet = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return packet;
  }

  /** Waits for the end of the connection. @throws CaseFailed when a packet comes instead, or nothing. */
  async ended(): Promise<void> {
    await this.#until(() => this.#bytes.length > 0, "the connection stays open", true);
    if (this.#bytes.length > 0)
      throw new CaseFailed(`expected the end of the connection, received ${hex(this.#bytes)}`);
  }

  async #until(isIt: () => boolean, otherwise: string, closing = false): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#woken();
    }, this.#timeoutMs);
    while (!isIt() && !this.#closed && !late) {
      await new Promise<void>((resolve) => {
        this.#woken = resolve;
      });
    }
    clearTimeout(timer);
    if (isIt() || (closing && this.#closed)) return;
    throw new CaseFailed(this.#closed ? "the connection ended" : otherwise);
  }

  /** The length of the first packet in the buffer; undefined while it is not complete. */
  #length(): number | undefined {
    let [value, position] = [0, 1];
    for (;;) {
      const byte = this.#bytes[position];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * 128 ** (position - 1);
      position++;
      if (byte < 0x80) break;
    }
    return this.#bytes.length >= position + value ? position + value : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#socket.destroy();
    await once(this.#socket, "close");
  }
}

/** The cases have the packet identifiers of Mosquitto. This broker begins with a random one. */
class Identifiers {
  readonly #actual = new Map<number, number>();

  toBroker(packet: Buffer): Buffer {
    const kind = packet[0]! >> 4;
    // PUBACK, PUBREC and PUBCOMP answer a packet of the broker. A broken packet stays as it is.
    if ((kind !== 4 && kind !== 5 && kind !== 7) || packet.length < 4) return packet;
    const actual = this.#actual.get(packet.readUInt16BE(2));
    if (actual === undefined) return packet;
    const changed = Buffer.from(packet);
    changed.writeUInt16BE(actual, 2);
    return changed;
  }

  same(expectedPacket: Buffer, actualPacket: Buffer): boolean {
    const [expected, actual] = [shortest(expectedPacket), shortest(actualPacket)];
    if (expected[0] === 0x20 && actual[0] === 0x20) {
      const [from, to] = [expected.subarray(bodyStart(expected)), actual.subarray(bodyStart(actual))];
      return from.subarray(0, 2).equals(to.subarray(0, 2));
    }
    const at = identifierPosition(expected);
    if (at === undefined || actual.length !== expected.length) return actual.equals(expected);
    const given = actual.readUInt16BE(at);
    const known = this.#actual.get(expected.readUInt16BE(at));
    if (known === undefined) this.#actual.set(expected.readUInt16BE(at), given);
    else if (known !== given) return false;
    const changed = Buffer.from(expected);
    changed.writeUInt16BE(given, at);
    return actual.equals(changed);
  }
}

/** The position of an identifier that the broker chose. */
function identifierPosition(packet: Buffer): number | undefined {
  const kind = packet[0]! >> 4;
  if (kind === 6) return 2;
  if (kind !== 3 || (packet[0]! & 0x06) === 0) return undefined;
  const start = bodyStart(packet);
  return start + 2 + packet.readUInt16BE(start);
}

/** Acknowledgements and DISCONNECT may omit an empty list of properties, and then a reason code of 0. */
function shortest(packet: Buffer): Buffer {
  const kind = packet[0]! >> 4;
  const fields = kind >= 4 && kind <= 7 ? 2 : kind === 14 ? 0 : undefined;
  if (fields === undefined || packet[1] !== packet.length - 2) return packet;
  let length = packet.length;
  if (length === 2 + fields + 2 && packet[length - 1] === 0) length--;
  if (length === 2 + fields + 1 && packet[length - 1] === 0) length--;
  return Buffer.concat([Buffer.of(packet[0]!, length - 2), packet.subarray(2, length)]);
}

function bodyStart(packet: Buffer): number {
  let position = 1;
  while (packet[position]! >= 0x80) position++;
  return position + 1;
}

async function publishByAnother(
  port: number,
  timeoutMs: number,
  message: { topic: string; payload: string; qos: 0 | 1 | 2 },
): Promise<void> {
  await using connection = await PacketConnection.open(port, timeoutMs);
  connection.send(connectPacket("helper", 4));
  await connection.packet();
  connection.send(generate({ cmd: "publish", messageId: 1, dup: false, retain: false, ...message }));
  if (message.qos > 0) await connection.packet();
  if (message.qos < 2) return;
  connection.send(generate({ cmd: "pubrel", messageId: 1 }));
  await connection.packet();
}

function connectPacket(clientId: string, version: 3 | 4 | 5): Buffer {
  const protocolId = version === 3 ? "MQIsdp" : "MQTT";
  return generate({ cmd: "connect", clientId, protocolId, protocolVersion: version, clean: true, keepalive: 60 });
}

function hex(bytes: Buffer): string {
  return bytes.subarray(0, 40).toString("hex").toUpperCase();
}

const PINGREQ = Buffer.of(0xc0, 0);
const PINGRESP = Buffer.of(0xd0, 0);
