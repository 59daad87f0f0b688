import { deflateSync, gzipSync } from "node:zlib";
import { encode as encodeMessagePack } from "@msgpack/msgpack";
import { encode as encodeCbor } from "cborg";
import { Writer } from "protobufjs";
import { DECODERS } from "../../edge/decode/decoders.ts";
import type { DecoderOptions } from "../../edge/decode/routed-decoder.ts";
import { REAL_MESSAGES } from "../support/real-messages.ts";
import { routeOptions } from "../support/route-options.ts";

/** The starting points of the payload fuzzer: real messages in every encoding, and gateways with every kind of configuration. */

export const OBJECT_SEEDS: readonly object[] = REAL_MESSAGES.flatMap(([, , payload]) =>
  typeof payload === "string" ? [] : [payload],
);

const TEXTS = [
  '{"a":1,"ts":1700000000}',
  '[{"n":"x","v":1,"u":"Cel","bt":1.276e9}]',
  "[1,2,[3,{}]]",
  "21.5 °C",
  "time,temp,hum\n2026-11-20T11:59:00Z,21.5,40\n2026-11-20T11:59:10Z,21.6,41\n",
  'cpu,host=a b=1i,c=t,d="x" 1700000000000000000\nmem,host=b free=2.5',
  '{"temp":{"value":21.5,"unit":"°C"},"samples":[1,2,3],"meta":{"at":1700000000000}}',
  '{"big":12345678901234567890,"list":[{"ts":1700000000,"v":1},{"ts":1700000001,"v":2}]}',
  '{"state_topic":"a/b","unit_of_measurement":"°C","value_template":"{{ value_json.t }}"}',
];

/** Eclipse Sparkplug 3.0.0, section 6.4: timestamp 1, metrics 2, seq 3; in a metric: name 1, alias 2, datatype 4. */
function sparkplug(seq: number, isBirth: boolean): Uint8Array {
  const payload = Writer.create().uint32(8).uint64(1_700_000_000_000);
  const metric = (alias: number, datatype: number, value: (of: Writer) => Writer): void => {
    const one = Writer.create();
    if (isBirth) one.uint32(10).string(`m${alias}`).uint32(32).uint32(datatype);
    payload.uint32(18).bytes(value(one.uint32(16).uint64(alias)).finish());
  };
  metric(1, 10, (of) => of.uint32(105).double(21.5));
  metric(2, 3, (of) => of.uint32(80).uint32(4_294_967_295));
  metric(3, 4, (of) => of.uint32(88).uint64(42));
  metric(4, 11, (of) => of.uint32(112).bool(true));
  metric(5, 12, (of) => of.uint32(122).string("on"));
  metric(6, 9, (of) => of.uint32(101).float(1.5));
  return payload.uint32(24).uint64(seq).finish();
}

export const PAYLOAD_SEEDS: readonly Uint8Array[] = [
  ...REAL_MESSAGES.map(([, , payload]) =>
    Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload)),
  ).filter(({ length }) => length > 0),
  ...TEXTS.map((text) => Buffer.from(text)),
  ...OBJECT_SEEDS.filter((_, i) => i % 3 === 0).flatMap((value) => [encodeCbor(value), encodeMessagePack(value)]),
  ...[0, 1, 2, 255].flatMap((seq) => [sparkplug(seq, true), sparkplug(seq, false)]),
  gzipSync(TEXTS[0]!),
  deflateSync(TEXTS[4]!),
  // SenML in CBOR (RFC 8428, section 6): base name, base time, base unit, version, name, value.
  Buffer.from(
    "82a721781b75726e3a6465763a6f773a3130653230373361303130383030363a22fb41d303a15b00106223614120050067766f6c7461676501615602fb405e066666666666a3006763757272656e74062402fb3ff3333333333333",
    "hex",
  ),
];

export const TOPIC_SEEDS: readonly string[] = [
  ...new Set(REAL_MESSAGES.map(([, topic]) => topic)),
  ...["NBIRTH", "NDATA", "NDEATH"].map((kind) => `spBv1.0/g/${kind}/n`),
  ...["DBIRTH", "DDATA", "DDEATH"].map((kind) => `spBv1.0/g/${kind}/n/d`),
  "spBv1.0/STATE/host",
  "homeassistant/sensor/x/config",
  "plant/1/press/data",
  "__proto__",
  "constructor/prototype",
  "a/b",
];

const field = { metric: undefined, unit: undefined, scale: 1, offset: 0 };
const LIMITS = { depth: 16, values: 1000, payloadBytes: 65_536 };
const AUTO: DecoderOptions = { routes: [], unrouted: "auto", timeZone: "UTC", limits: LIMITS };

/** Configurations: nothing, everything, each decoder by its name, the smallest limits. */
export const DECODER_OPTIONS: readonly DecoderOptions[] = [
  AUTO,
  { ...AUTO, timeZone: "Europe/Berlin" },
  { ...AUTO, limits: { depth: 1, values: 1, payloadBytes: 64 } },
  {
    ...AUTO,
    routes: [
      routeOptions({ topic: "plant/{line}/{device}/data", device: "{line}/{device}", metric: "{field}" }),
      routeOptions({ topic: "spBv1.0/#", decoder: "json" }),
      routeOptions({
        topic: "a/+",
        device: "{topic}",
        timestamp: { field: "meta.at", unit: "ms" },
        unit: { temp: "°C" },
      }),
      routeOptions({
        topic: "+/+/SENSOR",
        fields: [
          { ...field, path: "*", scale: 1e300, offset: -1e308 },
          { ...field, path: "a*b", metric: "c" },
        ],
        split: new Map([["samples", 100]]),
      }),
      routeOptions({
        topic: "#",
        timestamp: "arrival",
        plausible: { aheadMs: 0, behindMs: 0, otherwise: "dead_letter" },
      }),
    ],
    unrouted: "dead_letter",
  },
  {
    ...AUTO,
    routes: [
      routeOptions({
        topic: "#",
        split: new Map([
          ["", 1],
          ["samples", 2_678_400_000],
        ]),
        plausible: { aheadMs: 1, behindMs: 1, otherwise: "accept" },
      }),
    ],
  },
  ...DECODERS.map((decoder) => ({
    ...AUTO,
    routes: [routeOptions({ topic: "#", decoder, columns: ["time", "temp", "hum"] })],
  })),
];
