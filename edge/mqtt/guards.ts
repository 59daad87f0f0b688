import type { IConnectPacket, IPublishPacket } from "mqtt-packet";

/**
 * What aedes and its parser let through and should not: checked before the broker acts on it.
 *
 * The parser leaves a property without a value undefined, and aedes computes with it; a session expiry of `undefined`
 * becomes a timer of NaN ms, which throws when the client leaves and ends the process. So every number that aedes
 * computes with is required to be one.
 */

/** Why a CONNECT must be refused, or undefined. */
export function connectProblem(packet: IConnectPacket): string | undefined {
  const { clientId, username, properties, will } = packet;
  if (!isCleanText(clientId)) return "the client id has characters that MQTT forbids";
  if (clientId.length > CLIENT_ID_MAX) return `the client id is longer than ${CLIENT_ID_MAX} characters`;
  if (username !== undefined && username !== null && !isCleanText(String(username))) {
    return "the user name has characters that MQTT forbids";
  }
  const numbers = numberProblem(properties, CONNECT_NUMBERS);
  if (numbers !== undefined) return numbers;
  // [MQTT-3.1.2-24] Who takes no CONNACK cannot be told so.
  const least = clientId === "" ? CONNACK_MAX_BYTES : CONNACK_BYTES;
  if ((properties?.maximumPacketSize ?? least) < least) return "it takes no packet as large as its CONNACK";
  if (will === undefined || will === null) return undefined;
  if (will.qos !== 0 && will.qos !== 1 && will.qos !== 2) return "the will has no valid QoS";
  if (/[+#]/.test(will.topic)) return "the topic of the will has a wildcard";
  return topicProblem(will.topic) ?? numberProblem(will.properties, WILL_NUMBERS);
}

/** Why a PUBLISH must be refused, or undefined. On the hot path: one pass over the topic, nothing allocated. */
export function publishProblem(packet: IPublishPacket): string | undefined {
  // [MQTT-2.2.1-3]
  if (packet.qos > 0) {
    // A will has none; -1 is what the parser makes of one that is missing.
    if (packet.messageId !== undefined && packet.messageId < 1) return "no valid packet identifier";
    // The parser reads the identifier from whatever follows when the packet ends before it. One with properties was
    // looked at before (`StrictParser`), and may be shorter than its topic, when that came from an alias.
    if (packet.properties === undefined && packet.length !== undefined && packet.length < 4 + packet.topic.length) {
      return "a packet that ends too early";
    }
  }
  const topic = topicProblem(packet.topic);
  if (topic !== undefined) return topic;
  return packet.properties === undefined ? undefined : numberProblem(packet.properties, PUBLISH_NUMBERS);
}

function topicProblem(topic: string): string | undefined {
  if (topic.length === 0 || topic.length > TOPIC_MAX)
    return `a topic of ${topic.length} characters; 1 to ${TOPIC_MAX} are taken`;
  return isCleanText(topic) ? undefined : "the topic has characters that MQTT forbids";
}

/**
 * No control characters [MQTT-1.5.4-2] and no replacement character: the parser puts one where the bytes were not
 * UTF-8, so a topic with one is not the topic that was sent [MQTT-1.5.4-1].
 */
function isCleanText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xfffd) return false;
  }
  return true;
}

function numberProblem(properties: object | undefined, names: ReadonlySet<string>): string | undefined {
  if (properties === undefined) return undefined;
  // A property that is given twice is a list.
  for (const [name, value] of Object.entries(properties)) {
    if (names.has(name) && !(typeof value === "number" && Number.isInteger(value) && value >= 0)) {
      return `the property ${name} has no value`;
    }
  }
  return undefined;
}

const CONNECT_NUMBERS: ReadonlySet<string> = new Set([
  "sessionExpiryInterval",
  "receiveMaximum",
  "maximumPacketSize",
  "topicAliasMaximum",
]);
const WILL_NUMBERS: ReadonlySet<string> = new Set(["willDelayInterval", "messageExpiryInterval"]);
/** Not the topic alias: aedes has resolved it by then, and left it undefined. */
const PUBLISH_NUMBERS: ReadonlySet<string> = new Set(["messageExpiryInterval"]);
const CLIENT_ID_MAX = 256;
/** With what this broker says of itself; and with an assigned client id besides. */
const CONNACK_BYTES = 20;
const CONNACK_MAX_BYTES = 80;
const TOPIC_MAX = 1024;
