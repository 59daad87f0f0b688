/** Cases that this broker answers differently, for one reason. `edge/mqtt/CONFORMANCE.md` has the same list. */
export type Deviation = {
  /** The sentence in the documentation. */
  readonly reason: string;
  /** Matches `FILE | group | name`. */
  readonly cases: RegExp;
  /** Only in this release of Mosquitto; by default in all of them. */
  readonly release?: string;
};

const CONNECT_ANSWERED =
  "A CONNECT with an invalid user name, client id or end is answered with a reason code (0x81, 0x85) before the connection is closed. The case expects no answer. A server may do either.";
const RESERVED_FLAGS =
  "A packet with reserved flags in its fixed header is malformed (0x81, MQTT-2.1.3-1), also a packet that only a server sends. The case expects 0x82.";
const VERSIONS =
  "A client of an unsupported version of MQTT gets an answer that it can read: 0x01 for versions before 3.1, 0x84 for later ones. The case expects the same answer for both.";

/** For Mosquitto's cases. The test fails if a listed case passes, and if another case differs. */
export const MOSQUITTO_DEVIATIONS: readonly Deviation[] = [
  {
    reason:
      "A PUBACK has 0x00 where the case expects 0x10 (no matching subscribers). A server may send either. Here the journal takes every message, so there is always a subscriber.",
    cases:
      /^PUBLISH.json \| v5.0 PUBLISH( ALLOWED PROPERTIES)? \| (3[2A] QoS 1 Dup|(payload-format-indicator|message-expiry-interval)=[01] |(topic-alias|response-topic) \([^,)]*\)$|(correlation-data|content-type) \([^)]*\)( empty)?$|(2\*)?user-property($| empty))/,
  },
  {
    reason: CONNECT_ANSWERED,
    cases: /^CONNECT.json \| v5.0 CONNECT \| 10 (Username with|\[MQTT-3.1.2-1[79]\])/,
  },
  {
    release: "2.0.21",
    reason: CONNECT_ANSWERED,
    cases: /^CONNECT.json \| v5.0 CONNECT \| 10 (Client ID with|\[MQTT-3.1.2-1[68]\])/,
  },
  {
    reason: RESERVED_FLAGS,
    cases: /^(AUTH.json \| v5.0 AUTH \| F[1248]|CONNACK.json \| v5.0 CONNACK \| (2[1248]|issue 2163 v5))$/,
  },
  {
    release: "2.0.21",
    reason: RESERVED_FLAGS,
    cases: /^PINGRESP.json \| v5.0 PINGRESP \| D[1248]$/,
  },
  {
    reason:
      "An acknowledgement of the wrong kind (PUBACK for QoS 2, PUBREC for QoS 1, PUBCOMP before PUBREC) does not end the connection, because aedes 2 does not store which kind it expects. The message counts as received, because its subscriber acknowledged it.",
    cases:
      /^FLOW.json \| v(3.1.1|5.0) FLOW \| (QoS 1 PUBLISH-PUBREC|QoS 1 PUBLISH-PUBCOMP|QoS 2 PUBLISH-PUBACK|QoS 2 PUBLISH-PUBCOMP|QoS 2 PUBLISH-PUBREC-PUBREL-PUBACK)$/,
  },
  {
    reason: VERSIONS,
    cases: /^CONNECT.json \| v3.1(.1)? CONNECT \| 10 proto ver 2/,
    release: "2.1.2",
  },
  {
    release: "2.0.21",
    reason: VERSIONS,
    cases: /^CONNECT.json \| v3.1(.1)? CONNECT \| 10 proto ver 6/,
  },
  {
    reason:
      "MQTT 3.1 (MQIsdp) with the lowest connect flag set is refused. Only later versions forbid the flag, but mqtt-packet does not distinguish them.",
    cases: /^CONNECT.json \| v3.1 CONNECT \| 1[04] ok $/,
  },
  {
    reason: "Topic aliases up to 16 are accepted, as announced. The case was made for a server that accepts 10.",
    cases: /^PUBLISH.json \| v5.0 PUBLISH ALLOWED PROPERTIES \| topic alias > max topic alias$/,
  },
  {
    reason: "An empty topic without an alias is a protocol error (0x82, MQTT 5, 3.3.2.1). The case expects 0x81.",
    cases: /^PUBLISH.json \| v5.0 PUBLISH \| 30 topic 0$/,
  },
  {
    reason: "A PINGRESP from a client is answered as a protocol error, also with a body. The case expects no answer.",
    cases: /^PINGRESP.json \| v5.0 PINGRESP \| D0 long$/,
  },
  {
    release: "2.0.21",
    reason:
      "A Subscription Identifier in a PUBLISH of a client is a protocol error (MQTT-3.3.4-6). The cases of 2.0 accept it, those of 2.1 do not.",
    cases:
      /^PUBLISH.json \| v5.0 PUBLISH ALLOWED PROPERTIES \| subscription-identifier=(1|0x(7F|8001|FF7F|808001|FFFF7F|80808001|FFFFFF7F)) /,
  },
  {
    release: "2.0.21",
    reason:
      "The cases of 2.0 for a user property without a value contain a topic alias instead, which is a protocol error (0x82) there. 2.1 corrects them.",
    cases: /^(DISCONNECT|PUBACK|PUBCOMP|PUBREC|PUBREL).json .* with user-property missing value$/,
  },
  {
    reason:
      "A shared subscription in MQTT 3.1.1, an extension of Mosquitto, is refused (0x80). aedes 2 would grant it and send nothing.",
    cases: /^REGRESSION.json \| REGRESSIONS \| (mismatched-shared-normal-subscribe-unsubscribe-leak|shared-sub-uaf)$/,
  },
];
