import { malformed, PacketProblem, PacketReader, protocolError } from "./packet-bytes.ts";
import * as kinds from "./properties.ts";
import { REASON, type Reason } from "./reasons.ts";
import { readProperties } from "./properties.ts";

/** What client and broker agreed on in the CONNECT. */
export type Agreed = { readonly version: number; readonly sessionExpiry: number };

/**
 * Checks the bytes of a packet of a client strictly against MQTT 3.1.1 and 5. The parser accepts many invalid packets
 * and computes with their contents: lengths that end inside a field or behind the packet, properties that come twice or
 * in the wrong packet, reserved flags, texts that are not UTF-8.
 *
 * @param kind the packet type of the fixed header
 * @param body the packet without its fixed header
 * @throws PacketProblem
 */
export function checkPacket(kind: number, body: Uint8Array, agreed: Agreed): void {
  const reader = new PacketReader(body);
  const isV5 = agreed.version === 5;
  switch (kind) {
    case kinds.PUBACK:
    case kinds.PUBREC:
      return checkAcknowledgement(reader, kind, isV5, RECEIVED_CODES);
    case kinds.PUBREL:
    case kinds.PUBCOMP:
      return checkAcknowledgement(reader, kind, isV5, RELEASED_CODES);
    case kinds.SUBSCRIBE:
    case kinds.UNSUBSCRIBE:
      return checkFilters(reader, kind, isV5);
    case kinds.DISCONNECT:
      return checkDisconnect(reader, agreed);
    case PINGREQ:
      if (body.length > 0) throw new PacketProblem("a PINGREQ with a body", undefined);
      return;
    case kinds.CONNECT:
      throw protocolError("a second CONNECT");
    default:
      throw protocolError("a packet that a client must not send");
  }
}

/**
 * Checks the head of a PUBLISH: topic, identifier, properties.
 *
 * @param head the beginning of the body, or all of it
 * @throws PacketProblem also if the head is longer than the bytes given
 */
export function checkPublish(qos: number, head: Uint8Array, version: number): void {
  const reader = new PacketReader(head);
  const topic = reader.textUnlessPlain("topic");
  if (topic !== undefined && /[+#]/.test(topic)) throw malformed("the topic has a wildcard");
  if (qos > 0) identifier(reader, protocolError);
  const hasAlias = version === 5 && readProperties(reader, kinds.PUBLISH).hasTopicAlias;
  if (topic === "" && !hasAlias) throw protocolError("an empty topic");
}

/**
 * Checks a CONNECT. Its version of MQTT decides which rules apply to the rest.
 *
 * @returns the agreement that holds if the CONNECT is accepted
 * @throws ConnectProblem, with the CONNACK that the client's version of MQTT has for it
 */
export function checkConnect(body: Uint8Array): Agreed {
  let version = 0;
  try {
    const reader = new PacketReader(body);
    const protocol = reader.text("protocol name");
    if (protocol !== "MQTT" && protocol !== "MQIsdp") throw malformed("another protocol than MQTT");
    // Bridges of Mosquitto set the highest bit.
    version = reader.byte() & 0x7f;
    if (!(protocol === "MQTT" ? [4, 5] : [3]).includes(version)) {
      throw new ConnectProblem("a version of MQTT that is not supported", REASON.unsupportedVersion, version);
    }
    return { version, sessionExpiry: checkConnectFields(reader, version) };
  } catch (error) {
    if (error instanceof ConnectProblem || !(error instanceof PacketProblem)) throw error;
    throw new ConnectProblem(error.message, error.reason, version);
  }
}

function checkConnectFields(reader: PacketReader, version: number): number {
  const flags = reader.byte();
  const hasWill = (flags & 0x04) !== 0;
  const willQos = (flags >> 3) & 3;
  if ((flags & 0x01) !== 0) throw malformed("a reserved flag");
  if (willQos === 3 || (!hasWill && (flags & 0x38) !== 0)) throw malformed("flags of a will without a will");
  if ((flags & 0xc0) === 0x40 && version < 5) throw malformed("a password without a user name");
  reader.twoBytes();
  const sessionExpiry = version === 5 ? readProperties(reader, kinds.CONNECT).sessionExpiry : 0;
  checkClientId(reader, version);
  if (hasWill) {
    if (version === 5) readProperties(reader, kinds.WILL);
    const topic = reader.text("topic of the will");
    if (topic === "" || /[+#]/.test(topic)) throw malformed("the topic of the will is invalid");
    reader.binary();
  }
  if ((flags & 0x80) !== 0) reader.text("user name");
  if ((flags & 0x40) !== 0) reader.binary();
  if (reader.left > 0) throw malformed("bytes after the last field");
  return sessionExpiry;
}

function checkClientId(reader: PacketReader, version: number): void {
  const id = reader.binary();
  try {
    new PacketReader(Uint8Array.of(id.length >> 8, id.length & 0xff, ...id)).text("client id");
  } catch (error) {
    throw new ConnectProblem(String(error), REASON.clientIdNotValid, version);
  }
  // MQTT 3.1 requires at least one character.
  if (version === 3 && id.length === 0)
    throw new ConnectProblem("an empty client id", REASON.clientIdNotValid, version);
}

/** A CONNECT that is not valid. */
export class ConnectProblem extends PacketProblem {
  readonly version: number;

  constructor(detail: string, reason: Reason | undefined, version: number) {
    super(detail, reason);
    this.version = version;
  }

  /** The bytes of the CONNACK; empty if there is none. */
  get answer(): Uint8Array {
    const { reason, version } = this;
    if (reason === undefined) return new Uint8Array();
    // It is unknown what a client of a later version can read, so it gets the answer of MQTT 5.
    if (version >= 5) return Uint8Array.of(0x20, 3, 0, reason, 0);
    if (reason === REASON.unsupportedVersion) return Uint8Array.of(0x20, 2, 0, 1);
    if (reason === REASON.clientIdNotValid && version === 3) return Uint8Array.of(0x20, 2, 0, 2);
    return new Uint8Array();
  }
}

function checkAcknowledgement(reader: PacketReader, kind: number, isV5: boolean, codes: ReadonlySet<number>): void {
  identifier(reader, protocolError);
  if (isV5 && reader.left > 0) {
    if (!codes.has(reader.byte())) throw protocolError("an invalid reason code");
    if (reader.left > 0) readProperties(reader, kind);
  }
  if (reader.left > 0) throw malformed("bytes after the last field");
}

function checkFilters(reader: PacketReader, kind: number, isV5: boolean): void {
  identifier(reader, malformed);
  if (isV5) readProperties(reader, kind);
  if (reader.left === 0) throw malformed("no topic filter");
  while (reader.left > 0) {
    const filter = reader.text("topic filter");
    if (!isFilter(filter)) throw malformed("an invalid topic filter");
    const isShared = isV5 && filter.startsWith("$share/");
    // [MQTT-4.8.2-1] [MQTT-4.8.2-2]
    if (isShared && !/^\$share\/[^/+#]+\/./.test(filter)) throw protocolError("an incomplete shared subscription");
    if (kind === kinds.UNSUBSCRIBE) continue;
    const options = reader.byte();
    const qos = options & 3;
    if (qos === 3 || (options & (isV5 ? 0xc0 : 0xfc)) !== 0 || (options & 0x30) === 0x30) {
      throw malformed("invalid subscription options");
    }
    // [MQTT-3.8.3-4]
    if (isShared && (options & 0x04) !== 0) throw protocolError("a shared subscription with No Local");
  }
}

/** [MQTT-4.7.1-1] to [MQTT-4.7.1-3], [MQTT-4.7.3-1]. */
function isFilter(filter: string): boolean {
  if (filter === "") return false;
  if (!/[+#]/.test(filter)) return true;
  const levels = filter.split("/");
  return levels.every((level, index) => {
    if (level === "#") return index === levels.length - 1;
    return level === "+" || !/[+#]/.test(level);
  });
}

function checkDisconnect(reader: PacketReader, agreed: Agreed): void {
  if (agreed.version !== 5) {
    if (reader.left > 0) throw malformed("bytes after the last field");
    return;
  }
  if (reader.left === 0) return;
  // The connection ends anyway, so the client gets no reason.
  if (!DISCONNECT_CODES.has(reader.byte())) throw new PacketProblem("an invalid reason code", undefined);
  if (reader.left === 0) return;
  const { sessionExpiry } = readProperties(reader, kinds.DISCONNECT);
  // 3.14.2.2.2: a session that ends with its connection cannot get an expiry later.
  if (sessionExpiry > 0 && agreed.sessionExpiry === 0)
    throw protocolError("a session expiry that the CONNECT did not have");
  if (reader.left > 0) throw malformed("bytes after the last field");
}

function identifier(reader: PacketReader, problem: (detail: string) => PacketProblem): void {
  if (reader.twoBytes() === 0) throw problem("no packet identifier");
}

const PINGREQ = 12;
const RECEIVED_CODES: ReadonlySet<number> = new Set([0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]);
const RELEASED_CODES: ReadonlySet<number> = new Set([0x00, 0x92]);
/** The codes that a client may send: MQTT 5, table 3-10. */
const DISCONNECT_CODES: ReadonlySet<number> = new Set([
  0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
]);
