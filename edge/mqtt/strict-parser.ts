import type { EventEmitter } from "node:events";
import type { Client } from "aedes";
import { malformed, PacketProblem, protocolError } from "../core/mqtt/packet-bytes.ts";
import { type Agreed, checkConnect, checkPacket, checkPublish } from "../core/mqtt/packet-check.ts";

/**
 * Checks each packet of a client before its parser looks at it (`edge/core/mqtt/packet-check.ts`), and stops the parser at
 * the first that is none. The PUBLISH of MQTT 3.1.1 passes without being looked at, for its speed: `publishProblem` knows
 * all that can be wrong with it.
 *
 * It hangs in the parser's own steps, where a packet is complete and not yet read, so that nothing is framed twice.
 */
export class StrictParser {
  readonly #parser: Parser;
  #agreed: Agreed | undefined;

  /** @param onProblem ends the connection; called once at most, and nothing is parsed afterwards */
  constructor(client: Client, onProblem: (problem: PacketProblem) => void) {
    const parser = parserOf(client);
    this.#parser = parser;
    parser.removeAllListeners("error");
    let told = false;
    parser.on("error", (error: Error) => {
      if (told) return;
      told = true;
      onProblem(error instanceof PacketProblem ? error : asProblem(error));
    });
    const parseHeader = parser._parseHeader.bind(parser);
    const parsePayload = parser._parsePayload.bind(parser);
    parser._parseHeader = () => {
      if (parseHeader() !== true) return false;
      const { cmd } = parser.packet;
      // Nobody needs to wait for the rest of it.
      if (cmd === "reserved") return this.#fail(protocolError("a packet of no kind"));
      // [MQTT-3.1.0-1]
      if (this.#agreed === undefined && cmd !== "connect") return this.#fail(NO_CONNECT);
      return true;
    };
    parser._parsePayload = () => {
      const { packet } = parser;
      // Not complete: its own way of waiting.
      if (parser._list.length < packet.length) return parsePayload();
      const isPlain = packet.cmd === "publish" && this.#agreed !== undefined && this.#agreed.version < 5;
      return isPlain && (packet.qos > 0 || !packet.dup) ? parsePayload() : this.#passes() && parsePayload();
    };
  }

  #passes(): boolean {
    try {
      this.#check();
      return true;
    } catch (error) {
      if (!(error instanceof PacketProblem)) throw error;
      return this.#fail(error);
    }
  }

  #fail(problem: PacketProblem): false {
    this.#parser._emitError(problem);
    return false;
  }

  #check(): void {
    const { packet, _list: list } = this.#parser;
    if (packet.cmd === "publish") {
      // [MQTT-3.3.1-2]
      if (packet.dup && packet.qos === 0) throw malformed("QoS 0 is never sent again");
      this.#checkHead(packet.qos, packet.length);
      return;
    }
    const body = list.slice(0, packet.length);
    if (this.#agreed === undefined) this.#agreed = checkConnect(body);
    else checkPacket(KINDS.indexOf(packet.cmd), body, this.#agreed);
  }

  /** Of a large message only the head is looked at, which then need not be copied together. */
  #checkHead(qos: number, length: number): void {
    const list = this.#parser._list;
    const head = list.slice(0, Math.min(length, HEAD_BYTES));
    try {
      checkPublish(qos, head, 5);
    } catch (problem) {
      if (head.length === length) throw problem;
      checkPublish(qos, list.slice(0, length), 5);
    }
  }
}

/** What the library finds wrong itself: the fixed header, mostly. */
function asProblem(error: Error): PacketProblem {
  // Where the packet ends is not known then, and nothing that follows means anything.
  if (error.message === "Invalid variable byte integer") return new PacketProblem(error.message, undefined);
  return malformed(error.message);
}

/** What is used of mqtt-packet's parser; its types do not show it. */
type Parser = EventEmitter & {
  readonly packet: { readonly cmd: string; readonly qos: number; readonly dup: boolean; readonly length: number };
  readonly _list: {
    readonly length: number;
    slice(from: number, to: number): Buffer;
  };
  _parseHeader(): boolean | undefined;
  _parsePayload(): boolean | undefined;
  _emitError(error: Error): void;
};

function parserOf(client: Client): Parser {
  const { _parser: parser } = client as unknown as { _parser?: Partial<Parser> };
  if (typeof parser?._parseHeader !== "function" || typeof parser._parsePayload !== "function" || !parser._list) {
    throw new TypeError("this aedes parses its clients in another way");
  }
  return parser as Parser;
}

const KINDS = [
  "reserved",
  "connect",
  "connack",
  "publish",
  "puback",
  "pubrec",
  "pubrel",
  "pubcomp",
  "subscribe",
  "suback",
  "unsubscribe",
  "unsuback",
  "pingreq",
  "pingresp",
  "disconnect",
  "auth",
];
const NO_CONNECT = new PacketProblem("the first packet is no CONNECT", undefined);
const HEAD_BYTES = 2048;
