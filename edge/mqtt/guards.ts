import type { IConnectPacket, IPublishPacket, ISubscription } from "mqtt-packet";
import { DEFAULT_LIMITS, type MqttLimits } from "../core/mqtt/limits.ts";
import { REASON, type Reason } from "../core/mqtt/reasons.ts";

/**
 * What aedes and its parser let through and should not: checked before the broker acts on it.
 *
 * The parser leaves a property without a value undefined, and aedes computes with it; a session expiry of `undefined`
 * becomes a timer of NaN ms, which throws when the client leaves and ends the process. So every number that aedes
 * computes with is required to be one.
 *
 * `StrictParser` refuses the most of it before: properties without a value, a will of QoS 3, a filter that is none. Here
 * these are a second line of defence, because that one hangs in the inner steps of a parser that may change.
 */

/** Why something is refused, in words and for the client. */
export type Problem = { readonly detail: string; readonly reason: Reason };
/** A reason that is undefined cannot be told to the client. */
export type ConnectRefusal = { readonly detail: string; readonly reason: Reason | undefined };
type TextLimits = Pick<MqttLimits, "topicLength" | "topicLevels" | "clientIdLength" | "keepAliveMaxS">;

/** Why a CONNECT must be refused, or undefined. */
export function connectProblem(
  packet: IConnectPacket,
  limits: TextLimits = DEFAULT_LIMITS,
): ConnectRefusal | undefined {
  const { clientId, username, properties, will } = packet;
  if (!isCleanText(clientId)) return badClientId("the client id has characters that MQTT forbids");
  if (clientId.length > limits.clientIdLength) {
    return badClientId(`the client id is longer than ${limits.clientIdLength} characters`);
  }
  // [MQTT-3.1.3-8] Without an id there is no session to come back to.
  if (clientId === "" && packet.protocolVersion !== 5 && packet.clean === false) {
    return badClientId("an empty client id needs a clean session");
  }
  if (username !== undefined && username !== null && !isCleanText(String(username))) {
    return { detail: "the user name has characters that MQTT forbids", reason: REASON.badUserOrPassword };
  }
  const numbers = numberProblem(properties, CONNECT_NUMBERS);
  if (numbers !== undefined) return numbers;
  // MQTT 5 is told a shorter time; 3.1.1 has no words for it, and Mosquitto's max_keepalive answers this as well.
  const { keepalive = 0 } = packet;
  const { keepAliveMaxS } = limits;
  if (packet.protocolVersion !== 5 && keepAliveMaxS > 0 && (keepalive === 0 || keepalive > keepAliveMaxS)) {
    return badClientId(`a keep alive of ${keepalive} s; 1 to ${keepAliveMaxS} s are taken`);
  }
  // [MQTT-3.1.2-24] Who takes no CONNACK cannot be told so.
  const least = clientId === "" ? CONNACK_MAX_BYTES : CONNACK_BYTES;
  if ((properties?.maximumPacketSize ?? least) < least) {
    return { detail: "it takes no packet as large as its CONNACK", reason: undefined };
  }
  if (will === undefined || will === null) return undefined;
  if (will.qos !== 0 && will.qos !== 1 && will.qos !== 2) return malformed("the will has no valid QoS");
  if (/[+#]/.test(will.topic)) return malformed("the topic of the will has a wildcard");
  return topicProblem(will.topic, limits) ?? numberProblem(will.properties, WILL_NUMBERS);
}

/** Why a PUBLISH must be refused, or undefined. On the hot path: one pass over the topic, nothing allocated. */
export function publishProblem(packet: IPublishPacket, limits: TextLimits = DEFAULT_LIMITS): Problem | undefined {
  // [MQTT-2.2.1-3]
  if (packet.qos > 0) {
    // A will has none; -1 is what the parser makes of one that is missing.
    if (packet.messageId !== undefined && packet.messageId < 1) return malformed("no valid packet identifier");
    // The parser reads the identifier from whatever follows when the packet ends before it. One with properties was
    // looked at before (`StrictParser`), and may be shorter than its topic, when that came from an alias.
    if (packet.properties === undefined && packet.length !== undefined && packet.length < 4 + packet.topic.length) {
      return malformed("a packet that ends too early");
    }
  }
  const topic = topicProblem(packet.topic, limits);
  if (topic !== undefined) return topic;
  return packet.properties === undefined ? undefined : numberProblem(packet.properties, PUBLISH_NUMBERS);
}

/**
 * Why a client may not have a filter, or undefined. A filter that is none [MQTT-4.7.1-2], [MQTT-4.7.1-3] is a malformed
 * packet; one that is too long or too deep is only not taken.
 */
export function filterProblem({ topic }: ISubscription, limits: TextLimits = DEFAULT_LIMITS): Problem | undefined {
  if (topic.length === 0 || !isCleanText(topic)) return malformed("a filter that is empty or has forbidden characters");
  const levels = topic.split("/");
  const isNone = levels.some(
    (level, i) => (/[+#]/.test(level) && level.length > 1) || (level === "#" && i < levels.length - 1),
  );
  if (isNone) return malformed("a filter with a wildcard in the wrong place");
  if (topic.length <= limits.topicLength && levels.length <= limits.topicLevels) return undefined;
  return {
    detail: `a filter of ${topic.length} characters and ${levels.length} levels; ${taken(limits)}`,
    reason: REASON.filterInvalid,
  };
}

function topicProblem(topic: string, limits: TextLimits): Problem | undefined {
  // An empty one reaches this place as a will only.
  if (topic.length === 0) return malformed("a topic of 0 characters");
  if (topic.length > limits.topicLength) return badTopic(`a topic of ${topic.length} characters; ${taken(limits)}`);
  let levels = 1;
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i);
    if (isForbidden(code)) return malformed("the topic has characters that MQTT forbids");
    if (code === SLASH) levels++;
  }
  return levels <= limits.topicLevels ? undefined : badTopic(`a topic of ${levels} levels; ${taken(limits)}`);
}

function taken(limits: TextLimits): string {
  return `up to ${limits.topicLength} characters and ${limits.topicLevels} levels are taken`;
}

const malformed = (detail: string): Problem => ({ detail, reason: REASON.malformedPacket });
const badClientId = (detail: string): Problem => ({ detail, reason: REASON.clientIdNotValid });
const badTopic = (detail: string): Problem => ({ detail, reason: REASON.topicInvalid });

function isCleanText(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isForbidden(text.charCodeAt(i))) return false;
  return true;
}

/**
 * Control characters [MQTT-1.5.4-2] and the replacement character: the parser puts one where the bytes were not UTF-8, so
 * a topic with one is not the topic that was sent [MQTT-1.5.4-1].
 */
function isForbidden(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xfffd;
}

function numberProblem(properties: object | undefined, names: ReadonlySet<string>): Problem | undefined {
  if (properties === undefined) return undefined;
  // A property that is given twice is a list.
  for (const [name, value] of Object.entries(properties)) {
    if (names.has(name) && !(typeof value === "number" && Number.isInteger(value) && value >= 0)) {
      return malformed(`the property ${name} has no value`);
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
const SLASH = 0x2f;
/** With what this broker says of itself; and with an assigned client id besides. */
const CONNACK_BYTES = 20;
const CONNACK_MAX_BYTES = 80;
