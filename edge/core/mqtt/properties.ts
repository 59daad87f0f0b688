import { malformed, type PacketReader, protocolError } from "./packet-bytes.ts";

/** The packets of a client, by their number in the fixed header; a will has properties of its own. */
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

export type Placing = number;

/** What a packet says in properties that a rule looks at. */
export type SeenProperties = { sessionExpiry: number; hasTopicAlias: boolean };

/**
 * Reads the properties of a packet: each is known, is allowed there, has its value whole, and comes once.
 *
 * A property that is known and has no place there is a Protocol Error for Mosquitto, and in SUBSCRIBE and UNSUBSCRIBE a
 * Malformed Packet, which is what MQTT 5, 2.2.2.2, says of all; here as there, so that its cases can be compared.
 */
export function readProperties(reader: PacketReader, placing: Placing): SeenProperties {
  const part = reader.part(reader.variableByteInteger());
  const seen: SeenProperties = { sessionExpiry: 0, hasTopicAlias: false };
  if (part.left === 0) return seen;
  const once = new Set<number>();
  while (part.left > 0) {
    const id = part.variableByteInteger();
    const property = PROPERTIES.get(id);
    if (property === undefined) throw malformed(`an unknown property ${id}`);
    const value = readValue(part, property);
    if (!property.places.includes(placing)) {
      const detail = `the property ${property.name} has no place here`;
      throw placing === SUBSCRIBE || placing === UNSUBSCRIBE ? malformed(detail) : protocolError(detail);
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

/** Values that are of the type and still none. */
function checkValue(id: number, name: string, value: number | string | undefined): void {
  if (FLAGS.has(id) && value !== 0 && value !== 1) throw protocolError(`the property ${name} is 0 or 1`);
  if (NEVER_ZERO.has(id) && value === 0) throw protocolError(`the property ${name} must not be 0`);
  if (id === SUBSCRIPTION_IDENTIFIER && value === 0) throw malformed(`the property ${name} must not be 0`);
  if (id === RESPONSE_TOPIC && typeof value === "string" && (value === "" || /[+#]/.test(value))) {
    throw protocolError("the response topic is no topic");
  }
}

type Property = {
  readonly name: string;
  readonly type: "byte" | "two" | "four" | "variable" | "text" | "pair" | "binary";
  /** Those that a client sends; empty for what only a server says. */
  readonly places: readonly Placing[];
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

const MESSAGE: readonly Placing[] = [PUBLISH, WILL];
const ACKNOWLEDGEMENTS: readonly Placing[] = [PUBACK, PUBREC, PUBREL, PUBCOMP];

/** MQTT 5, table 2-4, for the packets of a client. */
const PROPERTIES: ReadonlyMap<number, Property> = new Map<number, Property>([
  [0x01, { name: "payload format indicator", type: "byte", places: MESSAGE }],
  [0x02, { name: "message expiry interval", type: "four", places: MESSAGE }],
  [0x03, { name: "content type", type: "text", places: MESSAGE }],
  [RESPONSE_TOPIC, { name: "response topic", type: "text", places: MESSAGE }],
  [0x09, { name: "correlation data", type: "binary", places: MESSAGE }],
  [SUBSCRIPTION_IDENTIFIER, { name: "subscription identifier", type: "variable", places: [SUBSCRIBE] }],
  [SESSION_EXPIRY, { name: "session expiry interval", type: "four", places: [CONNECT, DISCONNECT] }],
  [0x12, { name: "assigned client identifier", type: "text", places: [] }],
  [0x13, { name: "server keep alive", type: "two", places: [] }],
  [AUTHENTICATION_METHOD, { name: "authentication method", type: "text", places: [CONNECT] }],
  [AUTHENTICATION_DATA, { name: "authentication data", type: "binary", places: [CONNECT] }],
  [0x17, { name: "request problem information", type: "byte", places: [CONNECT] }],
  [0x18, { name: "will delay interval", type: "four", places: [WILL] }],
  [0x19, { name: "request response information", type: "byte", places: [CONNECT] }],
  [0x1a, { name: "response information", type: "text", places: [] }],
  [0x1c, { name: "server reference", type: "text", places: [DISCONNECT] }],
  [0x1f, { name: "reason string", type: "text", places: [...ACKNOWLEDGEMENTS, DISCONNECT] }],
  [0x21, { name: "receive maximum", type: "two", places: [CONNECT] }],
  [0x22, { name: "topic alias maximum", type: "two", places: [CONNECT] }],
  [TOPIC_ALIAS, { name: "topic alias", type: "two", places: [PUBLISH] }],
  [0x24, { name: "maximum QoS", type: "byte", places: [] }],
  [0x25, { name: "retain available", type: "byte", places: [] }],
  [
    USER_PROPERTY,
    {
      name: "user property",
      type: "pair",
      places: [CONNECT, WILL, PUBLISH, ...ACKNOWLEDGEMENTS, SUBSCRIBE, UNSUBSCRIBE, DISCONNECT],
    },
  ],
  [0x27, { name: "maximum packet size", type: "four", places: [CONNECT] }],
  [0x28, { name: "wildcard subscription available", type: "byte", places: [] }],
  [0x29, { name: "subscription identifier available", type: "byte", places: [] }],
  [0x2a, { name: "shared subscription available", type: "byte", places: [] }],
]);
