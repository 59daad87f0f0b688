import { DEFAULT_LIMITS, type MqttLimits } from "./limits.ts";
import type { ConnectRequest, FilterRequest, Publish } from "./packets.ts";
import { REASON, type Reason } from "./reasons.ts";

/**
 * Checks the values of parsed packets against MQTT and the client limits, before the broker acts on them.
 *
 * The parser leaves a property without a value undefined, and aedes computes with it: a session expiry of `undefined`
 * becomes a timer of NaN ms, which throws when the client leaves and ends the process. So every number that aedes
 * computes with must be a number here.
 *
 * `packet-check.ts` checks the bytes first, and refuses most of this: properties without a value, a will of QoS 3,
 * invalid filters. The checks here are a second line of defence, because that check depends on the inner steps of a
 * parser that may change.
 */

/** Why something is refused: in words, and as a reason code. */
export type PacketRefusal = { readonly detail: string; readonly reason: Reason };
/** If the reason is undefined, no CONNACK is sent. */
export type ConnectRefusal = { readonly detail: string; readonly reason: Reason | undefined };
type TextLimits = Pick<MqttLimits, "topicLength" | "topicLevels" | "clientIdLength" | "keepAliveMaxS">;

/** Why a CONNECT must be refused, or undefined. */
export function connectProblem(
  packet: ConnectRequest,
  limits: TextLimits = DEFAULT_LIMITS,
): ConnectRefusal | undefined {
  const { clientId, username, properties, will } = packet;
  if (!isCleanText(clientId)) return badClientId("the client id has characters that MQTT forbids");
  if (clientId.length > limits.clientIdLength) {
    return badClientId(`the client id is longer than ${limits.clientIdLength} characters`);
  }
  // [MQTT-3.1.3-8] A client without an id cannot come back to a session.
  if (clientId === "" && packet.protocolVersion !== 5 && packet.clean === false) {
    return badClientId("an empty client id needs a clean session");
  }
  if (username !== undefined && username !== null && !isCleanText(String(username))) {
    return { detail: "the user name has characters that MQTT forbids", reason: REASON.badUserOrPassword };
  }
  const numbers = numberProblem(properties, CONNECT_NUMBERS);
  if (numbers !== undefined) return numbers;
  // A client of MQTT 5 gets a shorter keep alive in its CONNACK. MQTT 3.1.1 has no field for it, so the CONNECT is
  // refused, as Mosquitto does with max_keepalive.
  const { keepalive = 0 } = packet;
  const { keepAliveMaxS } = limits;
  if (packet.protocolVersion !== 5 && keepAliveMaxS > 0 && (keepalive === 0 || keepalive > keepAliveMaxS)) {
    return badClientId(`a keep alive of ${keepalive} s; 1 to ${keepAliveMaxS} s are allowed`);
  }
  // [MQTT-3.1.2-24] A client that cannot receive a CONNACK gets none.
  const least = clientId === "" ? CONNACK_MAX_BYTES : CONNACK_BYTES;
  if ((properties?.maximumPacketSize ?? least) < least) {
    return { detail: "the client accepts no packet as large as its CONNACK", reason: undefined };
  }
  if (will === undefined || will === null) return undefined;
  if (will.qos !== 0 && will.qos !== 1 && will.qos !== 2) return malformed("the will has no valid QoS");
  if (/[+#]/.test(will.topic)) return malformed("the topic of the will has a wildcard");
  return topicProblem(will.topic, limits) ?? numberProblem(will.properties, WILL_NUMBERS);
}

/** Why a PUBLISH must be refused, or undefined. On the hot path: one pass over the topic, nothing allocated. */
export function publishProblem(packet: Publish, limits: TextLimits = DEFAULT_LIMITS): PacketRefusal | undefined {
  // [MQTT-2.2.1-3]
  if (packet.qos > 0) {
    // A will has no identifier. If a PUBLISH lacks it, the parser makes -1.
    if (packet.messageId !== undefined && packet.messageId < 1) return malformed("no valid packet identifier");
    // If a packet ends before its identifier, the parser reads the identifier from what follows. A packet with
    // properties was checked before (`packet-check.ts`), and may be shorter than its topic if the topic came from an
    // alias.
    if (packet.properties === undefined && packet.length !== undefined && packet.length < 4 + packet.topic.length) {
      return malformed("a packet that ends too early");
    }
  }
  const topic = topicProblem(packet.topic, limits);
  if (topic !== undefined) return topic;
  return packet.properties === undefined ? undefined : numberProblem(packet.properties, PUBLISH_NUMBERS);
}

/**
 * Why a client may not have a filter, or undefined. An invalid filter [MQTT-4.7.1-2], [MQTT-4.7.1-3] makes a malformed
 * packet. A filter that is too long or has too many levels is only refused.
 */
export function filterProblem(
  { topic }: FilterRequest,
  limits: TextLimits = DEFAULT_LIMITS,
): PacketRefusal | undefined {
  if (topic.length === 0 || !isCleanText(topic)) return malformed("a filter that is empty or has forbidden characters");
  const levels = topic.split("/");
  const isInvalid = levels.some(
    (level, i) => (/[+#]/.test(level) && level.length > 1) || (level === "#" && i < levels.length - 1),
  );
  if (isInvalid) return malformed("a filter with a wildcard in the wrong place");
  if (topic.length <= limits.topicLength && levels.length <= limits.topicLevels) return undefined;
  return {
    detail: `a filter of ${topic.length} characters and ${levels.length} levels; ${allowed(limits)}`,
    reason: REASON.filterInvalid,
  };
}

function topicProblem(topic: string, limits: TextLimits): PacketRefusal | undefined {
  // Only a will can have an empty topic here.
  if (topic.length === 0) return malformed("a topic of 0 characters");
  if (topic.length > limits.topicLength) return badTopic(`a topic of ${topic.length} characters; ${allowed(limits)}`);
  let levels = 1;
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i);
    if (isForbidden(code)) return malformed("the topic has characters that MQTT forbids");
    if (code === SLASH) levels++;
  }
  return levels <= limits.topicLevels ? undefined : badTopic(`a topic of ${levels} levels; ${allowed(limits)}`);
}

function allowed(limits: TextLimits): string {
  return `up to ${limits.topicLength} characters and ${limits.topicLevels} levels are allowed`;
}

const malformed = (detail: string): PacketRefusal => ({ detail, reason: REASON.malformedPacket });
const badClientId = (detail: string): PacketRefusal => ({ detail, reason: REASON.clientIdNotValid });
const badTopic = (detail: string): PacketRefusal => ({ detail, reason: REASON.topicInvalid });

function isCleanText(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isForbidden(text.charCodeAt(i))) return false;
  return true;
}

/**
 * Control characters [MQTT-1.5.4-2] and the replacement character. The parser writes a replacement character where the
 * bytes are not UTF-8, so the topic is not the one that was sent [MQTT-1.5.4-1].
 */
function isForbidden(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xfffd;
}

function numberProblem(properties: object | undefined, names: ReadonlySet<string>): PacketRefusal | undefined {
  if (properties === undefined) return undefined;
  // A property that comes twice is a list.
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
/** Without the topic alias: aedes has already resolved it, and left it undefined. */
const PUBLISH_NUMBERS: ReadonlySet<string> = new Set(["messageExpiryInterval"]);
const SLASH = 0x2f;
/** With the properties that this broker sends. The second one also has an assigned client id. */
const CONNACK_BYTES = 20;
const CONNACK_MAX_BYTES = 80;
