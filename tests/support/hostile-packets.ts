import { generate } from "mqtt-packet";

/** Bytes on the MQTT port that no client library sends. */
export type HostilePackets = {
  /** Its name in `edge/HOSTILE-INPUT.md`. */
  readonly name: string;
  /** Sent after a CONNECT of this version; undefined: before any CONNECT. */
  readonly after?: 4 | 5;
  readonly bytes: Uint8Array;
  /** On the WebSocket port. */
  readonly isWeb?: boolean;
  /** Nothing follows. Otherwise a PINGREQ follows, and its answer shows that the connection is served. */
  readonly silent?: boolean;
};

const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from([value.length >> 8, value.length & 255]), Buffer.from(value)]);
const packet = (first: number, ...body: Uint8Array[]): Buffer => {
  const bytes = Buffer.concat(body);
  if (bytes.length > 127) throw new RangeError("the packet is too long for one byte of length");
  return Buffer.concat([Buffer.of(first, bytes.length), bytes]);
};
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(" ", ""), "hex");
const connect = (version: number, flags: number, ...rest: Uint8Array[]): Buffer =>
  packet(0x10, text("MQTT"), Buffer.of(version, flags, 0, 0), ...(version === 5 ? [Buffer.of(0)] : []), ...rest);
const qos1 = (topic: Uint8Array, ...rest: Uint8Array[]): Buffer => packet(0x32, topic, ...rest);
const HELLO = generate({
  cmd: "connect",
  clientId: "again",
  protocolId: "MQTT",
  protocolVersion: 4,
  clean: true,
  keepalive: 0,
});

/** An upgrade to WebSocket and an invalid frame: with reserved bits, an unknown type, and without a mask. */
const frame = (more = ""): Buffer => {
  const head =
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
  const upgrade = `${head}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`;
  return Buffer.concat([Buffer.from(upgrade), hex("ff 80 00 00 00 00")]);
};

export const HOSTILE_PACKETS: readonly HostilePackets[] = [
  { name: "nothing at all", bytes: Buffer.of(), silent: true },
  { name: "half a CONNECT", bytes: HELLO.subarray(0, 9), silent: true },
  { name: "the first byte of a CONNECT", bytes: HELLO.subarray(0, 1), silent: true },
  { name: "HTTP", bytes: Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), silent: true },
  { name: "a TLS hello", bytes: hex("16 03 01 00 f8 01 00 00 f4 03 03"), silent: true },
  { name: "a PROXY header", bytes: Buffer.from("PROXY TCP4 192.0.2.1 192.0.2.2 56324 1883\r\n"), silent: true },
  { name: "SSH", bytes: Buffer.from("SSH-2.0-OpenSSH_9.6\r\n"), silent: true },
  { name: "a remaining length of five bytes", bytes: hex("10 ff ff ff ff ff"), silent: true },
  { name: "a CONNECT of 256 MB", bytes: hex("10 ff ff ff 7f 00 04 4d 51 54 54"), silent: true },
  {
    name: "an invalid WebSocket frame",
    bytes: frame("Sec-WebSocket-Protocol: mqtt\r\n"),
    isWeb: true,
    silent: true,
  },
  { name: "an invalid WebSocket frame without a subprotocol", bytes: frame(), isWeb: true, silent: true },
  { name: "a PUBLISH before CONNECT", bytes: qos1(text("a"), hex("0001"), Buffer.from("1")) },
  { name: "a PINGREQ before CONNECT", bytes: hex("c0 00") },
  { name: "a CONNACK from a client", bytes: hex("20 02 00 00") },
  { name: "a CONNECT of MQTT 6", bytes: connect(6, 2, text("a")) },
  { name: "a CONNECT of another protocol", bytes: packet(0x10, text("MQXX"), hex("04 02 0000"), text("a")) },
  { name: "a CONNECT with a reserved flag", bytes: connect(4, 3, text("a")) },
  { name: "a CONNECT with a will of QoS 3", bytes: connect(4, 0x1e, text("a"), text("w"), text("1")) },
  { name: "a CONNECT with a will flag and no will", bytes: connect(4, 0x06, text("a")) },
  { name: "a CONNECT with a password and no user name", bytes: connect(4, 0x42, text("a"), text("p")) },
  {
    name: "a CONNECT with a property twice",
    bytes: packet(0x10, text("MQTT"), hex("05 02 0000 0a 1100000001 1100000002"), text("a")),
  },
  {
    name: "a CONNECT with an unknown property",
    bytes: packet(0x10, text("MQTT"), hex("05 02 0000 02 7f00"), text("a")),
  },
  {
    name: "a CONNECT with a property without a value",
    bytes: packet(0x10, text("MQTT"), hex("05 02 0000 01 11"), text("")),
  },
  {
    name: "a CONNECT with properties longer than the packet",
    bytes: packet(0x10, text("MQTT"), hex("05 02 0000 7f 11"), text("a")),
  },
  {
    name: "a CONNECT with an authentication method",
    bytes: packet(0x10, text("MQTT"), hex("05 02 0000 06 15 0003 61 62 63"), text("a")),
  },
  { name: "a second CONNECT", after: 4, bytes: HELLO },
  { name: "a second CONNECT of MQTT 5", after: 5, bytes: connect(5, 2, text("again")) },
  { name: "a packet of type 0", after: 4, bytes: hex("00 00") },
  { name: "a packet of type 15", after: 4, bytes: hex("f0 00") },
  { name: "an AUTH without an exchange", after: 5, bytes: hex("f0 02 18 00") },
  { name: "a SUBACK", after: 4, bytes: hex("90 03 00 01 00") },
  { name: "a PINGRESP", after: 4, bytes: hex("d0 00") },
  { name: "a PINGREQ with wrong flags", after: 4, bytes: hex("c1 00") },
  { name: "a thousand PINGREQs", after: 4, bytes: Buffer.alloc(2000, hex("c0 00")) },
  { name: "a PUBLISH of QoS 3", after: 4, bytes: packet(0x36, text("a"), hex("0001"), Buffer.from("1")) },
  { name: "a PUBLISH with the identifier 0", after: 4, bytes: qos1(text("a"), hex("0000"), Buffer.from("1")) },
  { name: "a PUBLISH without an identifier", after: 4, bytes: qos1(text("a")) },
  { name: "a PUBLISH with a topic longer than the packet", after: 4, bytes: hex("32 05 00 20 61 00 01") },
  {
    name: "a PUBLISH with a topic that is not UTF-8",
    after: 4,
    bytes: qos1(hex("0002 c3 28"), hex("0001"), Buffer.from("1")),
  },
  {
    name: "a PUBLISH with half a surrogate pair in its topic",
    after: 4,
    bytes: qos1(hex("0003 ed a0 80"), hex("0001"), Buffer.from("1")),
  },
  {
    name: "a PUBLISH of 1 MB",
    after: 4,
    bytes: Buffer.concat([hex("32 80 80 40 0001 61 0001"), Buffer.alloc(100_000)]),
    silent: true,
  },
  { name: "a PUBLISH that is never finished", after: 4, bytes: hex("32 7f 0001 61"), silent: true },
  { name: "a topic alias of 0", after: 5, bytes: qos1(text("a"), hex("0001 03 23 0000"), Buffer.from("1")) },
  {
    name: "a topic alias above the maximum",
    after: 5,
    bytes: qos1(text("a"), hex("0001 03 23 ffff"), Buffer.from("1")),
  },
  { name: "an unknown topic alias", after: 5, bytes: qos1(text(""), hex("0001 03 23 0005"), Buffer.from("1")) },
  { name: "a topic alias twice", after: 5, bytes: qos1(text("a"), hex("0001 06 23 0001 23 0002"), Buffer.from("1")) },
  { name: "a response topic without its text", after: 5, bytes: qos1(text("t"), hex("0001 03 08 0005")) },
  {
    name: "a response topic with a wildcard",
    after: 5,
    bytes: qos1(text("t"), hex("0001 04 08 0001 23"), Buffer.from("1")),
  },
  {
    name: "properties longer than the packet",
    after: 5,
    bytes: qos1(text("t"), hex("0001 70"), Buffer.from("1")),
  },
  { name: "an unknown property", after: 5, bytes: qos1(text("t"), hex("0001 02 7f 00"), Buffer.from("1")) },
  { name: "a PUBREL for an unknown message", after: 4, bytes: hex("62 02 00 63") },
  { name: "a PUBREL with wrong flags", after: 4, bytes: hex("60 02 00 01") },
  { name: "a PUBREL without an identifier", after: 4, bytes: hex("62 00") },
  { name: "a PUBACK for an unknown message", after: 4, bytes: hex("40 02 00 63") },
  { name: "a PUBREC for an unknown message", after: 4, bytes: hex("50 02 00 63") },
  { name: "a SUBSCRIBE without topics", after: 4, bytes: hex("82 02 00 01") },
  { name: "a SUBSCRIBE with wrong flags", after: 4, bytes: packet(0x80, hex("0001"), text("a"), hex("00")) },
  { name: "a SUBSCRIBE of QoS 3", after: 4, bytes: packet(0x82, hex("0001"), text("a"), hex("03")) },
  {
    name: "a SUBSCRIBE to a wildcard in the middle",
    after: 4,
    bytes: packet(0x82, hex("0001"), text("a/#/b"), hex("00")),
  },
  {
    name: "a SUBSCRIBE to __proto__ and constructor",
    after: 4,
    bytes: packet(0x82, hex("0001"), text("__proto__"), hex("00"), text("constructor"), hex("00")),
  },
  {
    name: "a SUBSCRIBE to a shared subscription",
    after: 5,
    bytes: packet(0x82, hex("0001 00"), text("$share/g/#"), hex("00")),
  },
  {
    name: "a SUBSCRIBE with the subscription identifier 0",
    after: 5,
    bytes: packet(0x82, hex("0001 02 0b 00"), text("a"), hex("00")),
  },
  { name: "an UNSUBSCRIBE without topics", after: 4, bytes: hex("a2 02 00 01") },
  { name: "an UNSUBSCRIBE from constructor", after: 4, bytes: packet(0xa2, hex("0001"), text("constructor")) },
  { name: "an UNSUBSCRIBE from __proto__", after: 4, bytes: packet(0xa2, hex("0001"), text("__proto__")) },
  {
    name: "a DISCONNECT with two session expiries",
    after: 5,
    bytes: hex("e0 0c 00 0a 1100000005 1100000005"),
  },
  { name: "bytes after a DISCONNECT", after: 4, bytes: hex("e0 00 32 7f") },
];

/** Ids and names in a CONNECT. */
export type HostileId = {
  readonly name: string;
  readonly clientId: string;
  readonly clean?: boolean;
  readonly username?: string;
};

export const HOSTILE_IDS: readonly HostileId[] = [
  { name: "an empty client id", clientId: "" },
  { name: "an empty client id with a persistent session", clientId: "", clean: false },
  { name: "a client id of 256 characters", clientId: "x".repeat(256) },
  { name: "a client id of 257 characters", clientId: "x".repeat(257) },
  { name: "a client id of 65,535 characters", clientId: "x".repeat(65_535) },
  { name: "a client id that is a path", clientId: "../../../etc/passwd" },
  { name: "the client id __proto__", clientId: "__proto__" },
  { name: "the client id constructor", clientId: "constructor" },
  { name: "a client id with a NUL", clientId: "a\u0000b" },
  { name: "a client id with a line feed", clientId: "a\nlevel=error" },
  { name: "a client id with wildcards", clientId: "+/#" },
  { name: "a client id of SQL", clientId: "'; DROP TABLE delivery; --" },
  { name: "a client id of emoji", clientId: "👩‍👩‍👧" },
  { name: "a user name with a NUL", clientId: "u1", username: "ann\u0000" },
  { name: "a user name with a colon", clientId: "u2", username: "ann:$7$1$x$y" },
  { name: "the user name __proto__", clientId: "u3", username: "__proto__" },
  { name: "a user name of 60,000 characters", clientId: "u4", username: "x".repeat(60_000) },
];
