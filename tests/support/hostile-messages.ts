import { deflateSync, gzipSync } from "node:zlib";
import { Writer } from "protobufjs";

/** Topics and payloads of attackers or of bad firmware, published with QoS 1. */
export type HostileMessage = {
  /** Its name in `edge/HOSTILE-INPUT.md`. */
  readonly name: string;
  readonly topic: string;
  readonly payload: string | Uint8Array;
};

export const HOSTILE_TOPICS: readonly HostileMessage[] = [
  topic("the wildcard #", "a/#"),
  topic("the wildcard +", "a/+/b"),
  topic("an empty topic", ""),
  topic("nothing but slashes", "///"),
  topic("empty levels", "a//b///c"),
  topic("$SYS", "$SYS/broker/uptime"),
  topic("another $ topic", "$hostile/x"),
  topic("1,024 characters", `${"x".repeat(300)}/${"y".repeat(300)}/${"z".repeat(422)}`),
  topic("1,025 characters", "x".repeat(1025)),
  topic("65,535 bytes", "x".repeat(65_535)),
  topic("10,000 levels", Array.from({ length: 10_000 }, () => "a").join("/")),
  topic("33 levels", Array.from({ length: 33 }, () => "a").join("/")),
  topic("a NUL", "a/\u0000/b"),
  topic("a line feed", "a/\n/b"),
  topic("C1 control characters", "a/\u0085/b"),
  topic("text from right to left", "a/\u202egnp.exe/b"),
  topic("emoji with joiners", "a/👩‍👩‍👧/b"),
  topic("a private-use character", "a/\ue000/b"),
  topic("__proto__", "__proto__/__proto__"),
  topic("constructor", "constructor/prototype"),
  topic("a path out of its folder", "../../etc/passwd"),
  topic("printf directives", "%s%n%x/%d"),
  topic("a JNDI lookup", "${jndi:ldap://x}/a"),
  topic("SQL", "'; DROP TABLE journal; --/a"),
  topic("a text that keeps a bad regex busy for ever", `${"a".repeat(500)}!/a`),
  topic("one of our own templates", "{device}/{field}"),
];

function topic(name: string, text: string): HostileMessage {
  return { name, topic: text, payload: "21.5" };
}

export const HOSTILE_PAYLOADS: readonly HostileMessage[] = [
  payload("an empty payload", ""),
  payload("64 KiB of [", "[".repeat(65_536)),
  payload("JSON in 10,000 levels", `${"[".repeat(10_000)}1${"]".repeat(10_000)}`),
  payload("JSON in 17 levels", `${'{"a":'.repeat(17)}1${"}".repeat(17)}`),
  payload("deep invalid JSON with a long number", `${"[1,2,[".repeat(2760)}18446744073709551616,[1,2,[3,{}]]`),
  payload("the number 1e999", '{"t":1e999}'),
  payload("the number 1e999 alone", "1e999"),
  payload("NaN", '{"t":NaN}'),
  payload("NaN alone", "NaN"),
  payload("a number of 60,000 digits", "9".repeat(60_000)),
  payload("60,000 digits and a comma", `${"9".repeat(60_000)},`),
  payload("60,000 digits and a comma in JSON", JSON.stringify({ t: `${"9".repeat(60_000)},` })),
  payload("60,000 digits and a letter in line protocol", `cpu a=1,t=${"9".repeat(60_000)}x`),
  payload("an integer of 60,000 digits in line protocol", `cpu a=1,t=${"9".repeat(60_000)}i`),
  payload("a number of 200,000 digits", "9".repeat(200_000)),
  payload("half a surrogate pair", '{"t":"\\ud800"}'),
  payload("a key with half a surrogate pair", '{"\\ud800":1}'),
  payload("a byte order mark", '\ufeff{"t":1}'),
  payload("the same key twice", '{"t":1,"t":2}'),
  payload("the key __proto__", '{"__proto__":{"polluted":1}}'),
  payload("the key constructor", '{"constructor":{"prototype":{"polluted":1}}}'),
  payload("a key with a NUL", '{"a\\u0000b":1}'),
  payload("an empty key", '{"":1}'),
  payload("1,001 values", JSON.stringify(Array.from({ length: 1001 }, (_, n) => n))),
  payload("a text of 4,097 characters", JSON.stringify({ t: "x".repeat(4097) })),
  payload("broken JSON", '{"t": 21.5 "h": 40}'),
  payload("null", "null"),
  payload("an empty object", "{}"),
  payload("bytes that are not UTF-8", Buffer.from([0xff, 0xfe, 0xfd])),
  payload("overlong UTF-8", Buffer.from([0x22, 0xc0, 0x80, 0x22])),
  payload("a gzip bomb", gzipSync(Buffer.alloc(20_000_000))),
  payload("a zlib bomb", deflateSync(Buffer.alloc(20_000_000))),
  payload("a truncated gzip", gzipSync("21.5").subarray(0, 12)),
  payload("gzip in gzip", gzipSync(gzipSync("21.5"))),
  payload("CBOR that never ends", Buffer.from("9f9f9f9f", "hex")),
  payload("CBOR of a huge length", Buffer.from("9bffffffffffffffff", "hex")),
  payload("CBOR in 5,000 levels", Buffer.concat([Buffer.alloc(5000, 0x81), Buffer.of(0xf5)])),
  payload("CBOR with an unknown tag", Buffer.from("a16174d9ffff01", "hex")),
  payload("CBOR with a break outside of any list", Buffer.from("a1657374615bdfff", "hex")),
  payload("CBOR with NaN", Buffer.from("a16174fb7ff8000000000000", "hex")),
  payload("MessagePack of a huge list", Buffer.from("ddffffffff01", "hex")),
  payload("MessagePack of a huge map", Buffer.from("dfffffffff", "hex")),
  payload("line protocol with an open quote", 'cpu,host=a t="x 1700000000000000000\ncpu,host=a t=1'),
  payload("line protocol with a time of 30 digits", `cpu,host=a t=1 ${"9".repeat(30)}`),
  payload("CSV with 100,000 columns", `${"a,".repeat(15_000)}a\n${"1,".repeat(15_000)}1`),
  payload("SenML with times that overflow", '[{"bn":"a","bt":1e308,"n":"t","v":1},{"n":"t","t":1e308,"v":2}]'),
  payload("SenML with values that overflow", '[{"bn":"a","bv":1e308,"n":"t","v":1e308}]'),
  payload("a time of 1e308", '{"ts":1e308,"t":1}'),
  payload("a time of -1", '{"ts":-1,"t":1}'),
  payload("a time in the year 9999", '{"ts":"9999-12-31T23:59:59Z","t":1}'),
  {
    name: "ThingsBoard with a time of 5e-324",
    topic: "v1/devices/me/telemetry",
    payload: '{"ts":5e-324,"values":{"t":1}}',
  },
  { name: "Sparkplug with varints that overflow", topic: "spBv1.0/h/NBIRTH/n", payload: Buffer.alloc(12, 0xff) },
  {
    name: "Sparkplug with a length beyond its end",
    topic: "spBv1.0/h/NBIRTH/n",
    payload: Buffer.from("12ffffffff0f0a01", "hex"),
  },
  {
    name: "Sparkplug with an unknown alias",
    topic: "spBv1.0/h/NDATA/n2",
    payload: Buffer.from("12091063690000000000003540".replace("1209", "120b"), "hex"),
  },
  { name: "Sparkplug of the year 584,556,019", topic: "spBv1.0/h/NBIRTH/n3", payload: sparkplugOfTheFarFuture() },
  {
    name: "Sparkplug with a node called DROP TABLE",
    topic: "spBv1.0/'; DROP TABLE x/NBIRTH/../n",
    payload: sparkplugOfTheFarFuture(),
  },
  {
    name: "discovery with an endless topic",
    topic: "homeassistant/sensor/x/config",
    payload: JSON.stringify({ state_topic: "x".repeat(30_000), unit_of_measurement: "W" }),
  },
  {
    name: "discovery with a template that keeps a bad regex busy for ever",
    topic: "homeassistant/sensor/x/config",
    payload: JSON.stringify({ state_topic: "a/b", value_template: `{{ value_json.a${" |".repeat(25)} +}}` }),
  },
];

function payload(name: string, bytes: string | Uint8Array): HostileMessage {
  return { name, topic: `hostile/${name.replaceAll(/[^a-z0-9]+/gi, "-")}`, payload: bytes };
}

function sparkplugOfTheFarFuture(): Uint8Array {
  const metric = Writer.create().uint32(10).string("t").uint32(32).uint32(10).uint32(105).double(1).finish();
  return Writer.create()
    .uint32(8)
    .uint64("18446744073709551615")
    .uint32(18)
    .bytes(metric)
    .uint32(24)
    .uint64(0)
    .finish();
}
