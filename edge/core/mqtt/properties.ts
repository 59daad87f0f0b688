import { malformed, type PacketReader, protocolError } from "./packet-bytes.ts";

/** The packets of a client, by their type in the fixed header. `WILL` stands for the properties of a will. */
export const CONNECT = 1;
export const PUBLISH = 3;
export const PUBACK = 4;
export const PUBREC = 5;
export const PUBREL = 6;
export const PUBCOMP = 7;
export const SUBSCRIBE = 8;
export const UNSUBSCRIBE = 10;
export const DISCONNECT = 14;
export const WILL = 16;

export type PacketKind = number;

/** The properties that other rules need. */
export type SeenProperties = { sessionExpiry: number; hasTopicAlias: boolean };

/**
 * Reads the properties of a packet. Each must be known, allowed in this packet and complete, and may come only once.
 *
 * A known property in the wrong packet is a Malformed Packet by MQTT 5, 2.2.2.2. Mosquitto answers this for SUBSCRIBE
 * and UNSUBSCRIBE only, and Protocol Error for the others. This check does the same, so that Mosquitto's cases can be
 * compared.
 *
 * @throws PacketProblem
 */
export function readProperties(reader: PacketReader, packet: PacketKind): SeenProperties {
  const part = reader.part(reader.variableByteInteger());
  const seen: SeenProperties = { sessionExpiry: 0, hasTopicAlias: false };
  if (part.left === 0) return seen;
  const once = new Set<number>();
  while (part.left > 0) {
    const id = part.variableByteInteger();
    const property = PROPERTIES.get(id);
    if (property === undefined) throw malformed(`an unknown property ${id}`);
    const value = readValue(part, property);
    if (!property.packets.includes(packet)) {
      const detail = `the property ${property.name} is not allowed here`;
      throw packet === SUBSCRIBE || packet === UNSUBSCRIBE ? malformed(detail) : protocolError(detail);
    }
    if (id !== USER_PROPERTY && once.has(id)) throw protocolError(`the property ${property.name} comes twice`);
    once.add(id);
    checkValue(id, property.name, value);
    if (id === SESSION_EXPIRY && typeof value === "number") seen.sessionExpiry = value;
    if (id === TOPIC_ALIAS) seen.hasTopicAlias = true;
  }
  if (once.has(AUTHENTICATION_DATA) && !once.has(AUTHENTICATION_METHOD)) {
    throw protocolError("authentication data without a method");
  }
  return seen;
}

function readValue(reader: PacketReader, { name, type }: Property): number | string | undefined {
  switch (type) {
    case "byte":
      return reader.byte();
    case "two":
      return reader.twoBytes();
    case "four":
      return reader.fourBytes();
    case "variable":
      return reader.variableByteInteger();
    case "text":
      return reader.text(`property ${name}`);
    case "pair":
      reader.text(`property ${name}`);
      return reader.text(`property ${name}`);
    case "binary":
      reader.binary();
      return undefined;
  }
}

/** Values of the right type may still be invalid. */
function checkValue(id: number, name: string, value: number | string | undefined): void {
  if (FLAGS.has(id) && value !== 0 && value !== 1) throw protocolError(`the property ${name} must be 0 or 1`);
  if (NEVER_ZERO.has(id) && value === 0) throw protocolError(`the property ${name} must not be 0`);
  if (id === SUBSCRIPTION_IDENTIFIER && value === 0) throw malformed(`the property ${name} must not be 0`);
  if (id === RESPONSE_TOPIC && typeof value === "string" && (value === "" || /[+#]/.test(value))) {
    throw protocolError("the response topic is not a valid topic");
  }
}

type Property = {
  readonly name: string;
  readonly type: "byte" | "two" | "four" | "variable" | "text" | "pair" | "binary";
  /** The packets of a client that may have it; empty if only a server sends it. */
  readonly packets: readonly PacketKind[];
};

const USER_PROPERTY = 0x26;
const SESSION_EXPIRY = 0x11;
const SUBSCRIPTION_IDENTIFIER = 0x0b;
const RESPONSE_TOPIC = 0x08;
const TOPIC_ALIAS = 0x23;
const AUTHENTICATION_METHOD = 0x15;
const AUTHENTICATION_DATA = 0x16;
const FLAGS: ReadonlySet<number> = new Set([0x01, 0x17, 0x19]);
const NEVER_ZERO: ReadonlySet<number> = new Set([0x21, 0x27]);

const MESSAGE: readonly PacketKind[] = [PUBLISH, WILL];
const ACKNOWLEDGEMENTS: readonly PacketKind[] = [PUBACK, PUBREC, PUBREL, PUBCOMP];

/** MQTT 5, table 2-4, for the packets of a client. */
const PROPERTIES: ReadonlyMap<number, Property> = new Map<number, Property>([
  [0x01, { name: "payload format indicator", type: "byte", packets: MESSAGE }],
  [0x02, { name: "message expiry interval", type: "four", packets: MESSAGE }],
  [0x03, { name: "content type", type: "text", packets: MESSAGE }],
  [RESPONSE_TOPIC, { name: "response topic", type: "text", packets: MESSAGE }],
  [0x09, { name: "correlation data", type: "binary", packets: MESSAGE }],
  [SUBSCRIPTION_IDENTIFIER, { name: "subscription identifier", type: "variable", packets: [SUBSCRIBE] }],
  [SESSION_EXPIRY, { name: "session expiry interval", type: "four", packets: [CONNECT, DISCONNECT] }],
  [0x12, { name: "assigned client identifier", type: "text", packets: [] }],
  [0x13, { name: "server keep alive", type: "two", packets: [] }],
  [AUTHENTICATION_METHOD, { name: "authentication method", type: "text", packets: [CONNECT] }],
  [AUTHENTICATION_DATA, { name: "authentication data", type: "binary", packets: [CONNECT] }],
  [0x17, { name: "request problem information", type: "byte", packets: [CONNECT] }],
  [0x18, { name: "will delay interval", type: "four", packets: [WILL] }],
  [0x19, { name: "request response information", type: "byte", packets: [CONNECT] }],
  [0x1a, { name: "response information", type: "text", packets: [] }],
  [0x1c, { name: "server reference", type: "text", packets: [DISCONNECT] }],
  [0x1f, { name: "reason string", type: "text", packets: [...ACKNOWLEDGEMENTS, DISCONNECT] }],
  [0x21, { name: "receive maximum", type: "two", packets: [CONNECT] }],
  [0x22, { name: "topic alias maximum", type: "two", packets: [CONNECT] }],
  [TOPIC_ALIAS, { name: "topic alias", type: "two", packets: [PUBLISH] }],
  [0x24, { name: "maximum QoS", type: "byte", packets: [] }],
  [0x25, { name: "retain available", type: "byte", packets: [] }],
  [
    USER_PROPERTY,
    {
      name: "user property",
      type: "pair",
      packets: [CONNECT, WILL, PUBLISH, ...ACKNOWLEDGEMENTS, SUBSCRIBE, UNSUBSCRIBE, DISCONNECT],
    },
  ],
  [0x27, { name: "maximum packet size", type: "four", packets: [CONNECT] }],
  [0x28, { name: "wildcard subscription available", type: "byte", packets: [] }],
  [0x29, { name: "subscription identifier available", type: "byte", packets: [] }],
  [0x2a, { name: "shared subscription available", type: "byte", packets: [] }],
]);
