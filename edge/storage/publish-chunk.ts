import { Buffer } from "node:buffer";
import type { ContentFormat } from "../decode/content-type.ts";
import { CONTENT_FORMATS } from "../decode/content-type.ts";
import type { PublishedMessage } from "./intake.ts";

/**
 * Packs the messages of one event-loop turn for the storage thread into one transferable buffer. A structured clone of each
 * message would cost more than all other work on the main thread.
 *
 *     u8 flags | u32 client | u16 packet id | f64 arrived | u32 topic | u32 payload length | payload
 *
 * The flags are QoS, DUP, whether client or topic are new, and the format of the payload. Clients and topics are sent as
 * numbers. With the first use of a number comes its text: a flag is set, and the text follows the payload length (u16 length,
 * bytes). Both tables are limited in texts and in characters. A full table starts again from 0. Number 0 with a text tells
 * the reader to do the same, so both ends always agree.
 */
export class PublishChunkWriter {
  readonly #clients: TextTable;
  readonly #topics: TextTable;
  #buffer: Buffer<ArrayBuffer>;
  #end = 0;
  #messages = 0;

  constructor(options: { tableLimit: number; tableCharacters?: number; initialBytes: number }) {
    const limits = { texts: options.tableLimit, characters: options.tableCharacters ?? TABLE_CHARACTERS };
    this.#clients = new TextTable(limits);
    this.#topics = new TextTable(limits);
    this.#buffer = Buffer.allocUnsafeSlow(options.initialBytes);
  }

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#end;
  }

  add(message: PublishedMessage): void {
    const { clientId, topic, payload } = message;
    let flags = message.qos | (message.dup ? FLAG_DUP : 0);
    if (message.format !== undefined) flags |= CONTENT_FORMATS.indexOf(message.format) << FORMAT_SHIFT;
    let client = this.#clients.get(clientId);
    if (client === undefined) {
      client = this.#clients.enter(clientId);
      flags |= FLAG_NEW_CLIENT;
    }
    let topicNumber = this.#topics.get(topic);
    if (topicNumber === undefined) {
      topicNumber = this.#topics.enter(topic);
      flags |= FLAG_NEW_TOPIC;
    }
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const texts =
      ((flags & FLAG_NEW_CLIENT) !== 0 ? clientId.length * 3 + 2 : 0) +
      ((flags & FLAG_NEW_TOPIC) !== 0 ? topic.length * 3 + 2 : 0);
    this.#reserve(HEAD_BYTES + texts + payload.length);
    const buffer = this.#buffer;
    let at = this.#end;
    buffer[at] = flags;
    at = buffer.writeUInt32LE(client, at + 1);
    at = buffer.writeUInt16LE(message.packetId, at);
    at = buffer.writeDoubleLE(message.arrivedMs, at);
    at = buffer.writeUInt32LE(topicNumber, at);
    at = buffer.writeUInt32LE(payload.length, at);
    if ((flags & FLAG_NEW_CLIENT) !== 0) at = writeText(buffer, at, clientId);
    if ((flags & FLAG_NEW_TOPIC) !== 0) at = writeText(buffer, at, topic);
    buffer.set(payload, at);
    this.#end = at + payload.length;
    this.#messages++;
  }

  /**
   * Ends the chunk. The caller transfers its bytes. The writer continues with `next`, a returned buffer, or with a new one.
   */
  take(next: ArrayBuffer | undefined): { buffer: ArrayBuffer; bytes: number; messages: number } {
    const taken = { buffer: this.#buffer.buffer, bytes: this.#end, messages: this.#messages };
    this.#buffer = next === undefined ? Buffer.allocUnsafeSlow(INITIAL_BYTES) : Buffer.from(next);
    this.#end = 0;
    this.#messages = 0;
    return taken;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const wider = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#end + bytes));
    this.#buffer.copy(wider, 0, 0, this.#end);
    this.#buffer = wider;
  }
}

/** Numbers of texts. A full table is emptied; number 0 with its text tells the reader to do the same. */
class TextTable {
  readonly #numbers = new Map<string, number>();
  readonly #limits: { readonly texts: number; readonly characters: number };
  #characters = 0;

  constructor(limits: { texts: number; characters: number }) {
    this.#limits = limits;
  }

  get(text: string): number | undefined {
    return this.#numbers.get(text);
  }

  enter(text: string): number {
    if (this.#numbers.size >= this.#limits.texts || this.#characters + text.length > this.#limits.characters) {
      this.#numbers.clear();
      this.#characters = 0;
    }
    const number = this.#numbers.size;
    this.#numbers.set(text, number);
    this.#characters += text.length;
    return number;
  }
}

/** One message. The object and its `payload` are valid only during the callback: the reader uses them again. */
export type ChunkMessage = {
  qos: 0 | 1 | 2;
  dup: boolean;
  format: ContentFormat | undefined;
  client: number;
  packetId: number;
  arrivedMs: number;
  topic: number;
  payload: Uint8Array;
};

/** Reads chunks in the order in which they were written, and keeps the tables of their texts. */
export class PublishChunkReader {
  /** By number, as in the writer's tables. */
  readonly clients: string[] = [];
  readonly topics: string[] = [];
  readonly #onNewClient: (client: number, clientId: string) => void;
  readonly #onNewTopic: (topic: number, text: string) => void;

  constructor(listeners: {
    onNewClient: (client: number, clientId: string) => void;
    onNewTopic: (topic: number, text: string) => void;
  }) {
    this.#onNewClient = listeners.onNewClient;
    this.#onNewTopic = listeners.onNewTopic;
  }

  read(chunk: { buffer: ArrayBuffer; bytes: number }, each: (message: ChunkMessage) => void): void {
    const bytes = Buffer.from(chunk.buffer, 0, chunk.bytes);
    const message: ChunkMessage = {
      qos: 0,
      dup: false,
      format: undefined,
      client: 0,
      packetId: 0,
      arrivedMs: 0,
      topic: 0,
      payload: bytes,
    };
    let at = 0;
    while (at < bytes.length) {
      const flags = bytes[at]!;
      message.qos = (flags & 3) as 0 | 1 | 2;
      message.dup = (flags & FLAG_DUP) !== 0;
      message.format = CONTENT_FORMATS[flags >> FORMAT_SHIFT];
      message.client = bytes.readUInt32LE(at + 1);
      message.packetId = bytes.readUInt16LE(at + 5);
      message.arrivedMs = bytes.readDoubleLE(at + 7);
      message.topic = bytes.readUInt32LE(at + 15);
      const length = bytes.readUInt32LE(at + 19);
      at += HEAD_BYTES;
      if ((flags & FLAG_NEW_CLIENT) !== 0) {
        const end = at + 2 + bytes.readUInt16LE(at);
        if (message.client === 0) this.clients.length = 0;
        this.clients[message.client] = bytes.toString("utf8", at + 2, end);
        this.#onNewClient(message.client, this.clients[message.client]!);
        at = end;
      }
      if ((flags & FLAG_NEW_TOPIC) !== 0) {
        const end = at + 2 + bytes.readUInt16LE(at);
        if (message.topic === 0) this.topics.length = 0;
        this.topics[message.topic] = bytes.toString("utf8", at + 2, end);
        this.#onNewTopic(message.topic, this.topics[message.topic]!);
        at = end;
      }
      message.payload = bytes.subarray(at, at + length);
      at += length;
      each(message);
    }
  }
}

const HEAD_BYTES = 23;
const FLAG_DUP = 4;
const FLAG_NEW_CLIENT = 8;
const FLAG_NEW_TOPIC = 16;
/** The three highest bits. */
const FORMAT_SHIFT = 5;
const INITIAL_BYTES = 64 * 1024;
/** Both ends keep the texts: 200,000 topics of 1,024 characters would take 223 MB in each. */
const TABLE_CHARACTERS = 8 * 1024 * 1024;

function writeText(buffer: Buffer, at: number, text: string): number {
  const length = buffer.write(text, at + 2);
  buffer.writeUInt16LE(length, at);
  return at + 2 + length;
}
