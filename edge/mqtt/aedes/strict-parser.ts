import type { EventEmitter } from "node:events";
import type { Client } from "aedes";
import { malformed, PacketProblem, protocolError } from "../../core/mqtt/packet-bytes.ts";
import { type Agreed, checkConnect, checkPacket, checkPublish } from "../../core/mqtt/packet-check.ts";

/**
 * Checks the bytes of each packet before the parser reads them (`edge/core/mqtt/packet-check.ts`), and stops the parser
 * at the first invalid packet. A PUBLISH of MQTT 3.1.1 passes unchecked, for speed: `publishProblem` finds all that can
 * be wrong with it.
 *
 * It replaces two steps of the parser, where a packet is complete and not yet read. So the packets are not framed
 * twice.
 */
export class StrictParser {
  readonly #parser: Parser;
  #agreed: Agreed | undefined;

  /**
   * Puts the check into the parser of a client.
   * @param onProblem closes the connection. It is called once at most, and nothing is parsed afterwards.
   * @throws TypeError when this version of aedes has other internals.
   */
  static install(client: Client, onProblem: (problem: PacketProblem) => void): void {
    const strict = new StrictParser(parserOf(client));
    strict.#replaceErrors(onProblem);
    strict.#replaceSteps();
  }

  private constructor(parser: Parser) {
    this.#parser = parser;
  }

  #replaceErrors(onProblem: (problem: PacketProblem) => void): void {
    let isReported = false;
    this.#parser.removeAllListeners("error");
    this.#parser.on("error", (error: Error) => {
      if (isReported) return;
      isReported = true;
      onProblem(error instanceof PacketProblem ? error : problemOf(error));
    });
  }

  #replaceSteps(): void {
    const parser = this.#parser;
    const parseHeader = parser._parseHeader.bind(parser);
    const parsePayload = parser._parsePayload.bind(parser);
    parser._parseHeader = () => {
      if (parseHeader() !== true) return false;
      const { cmd } = parser.packet;
      // The rest of the packet does not matter.
      if (cmd === "reserved") return this.#fail(protocolError("a packet of an unknown type"));
      // [MQTT-3.1.0-1]
      if (this.#agreed === undefined && cmd !== "connect") return this.#fail(NO_CONNECT);
      return true;
    };
    parser._parsePayload = () => {
      const { packet } = parser;
      // The packet is not complete. The parser has its own way to wait.
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
      if (packet.dup && packet.qos === 0) throw malformed("a QoS 0 message with DUP");
      this.#checkHead(packet.qos, packet.length);
      return;
    }
    const body = list.slice(0, packet.length);
    if (this.#agreed === undefined) this.#agreed = checkConnect(body);
    else checkPacket(PACKET_TYPES.indexOf(packet.cmd), body, this.#agreed);
  }

  /** Looks at the head of a large message only, so that its pieces need not be copied together. */
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

/** An error that the parser itself found, mostly in the fixed header. */
function problemOf(error: Error): PacketProblem {
  // The end of the packet is unknown, so the bytes that follow mean nothing.
  if (error.message === "Invalid variable byte integer") return new PacketProblem(error.message, undefined);
  return malformed(error.message);
}

/** The parts of mqtt-packet's parser that its types do not show. */
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
    throw new TypeError("this version of aedes parses differently");
  }
  return parser as Parser;
}

const PACKET_TYPES = [
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
const NO_CONNECT = new PacketProblem("the first packet is not a CONNECT", undefined);
const HEAD_BYTES = 2048;
