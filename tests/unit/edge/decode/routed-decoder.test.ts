import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contentFormat } from "../../../../edge/decode/content-type.ts";
import type { Decoded, Decoder } from "../../../../edge/decode/decoder.ts";
import type { DecoderOptions } from "../../../../edge/decode/routed-decoder.ts";
import { createDecoder } from "../../../../edge/decode/routed-decoder.ts";
import { routeOptions } from "../../../support/route-options.ts";

const ARRIVED_MS = Date.UTC(2026, 10, 20, 12);
const LIMITS = { depth: 8, values: 100, payloadBytes: 4096 };

function options(change: Partial<DecoderOptions> = {}): DecoderOptions {
  return { routes: [], unrouted: "auto", timeZone: "UTC", limits: LIMITS, ...change };
}

function decode(topic: string, payload: string | Uint8Array, change: Partial<DecoderOptions> = {}): Decoded {
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  return createDecoder(options(change)).decode({
    topic,
    payload: bytes,
    clientId: "sensor-1",
    arrivedMs: ARRIVED_MS,
    clockPlausible: true,
  });
}

/** One line a reading: `device metric = value unit @time clock`. */
function shown(decoded: Decoded): string[] {
  if (decoded.kind !== "readings") return [decoded.kind === "ignored" ? `ignored ${decoded.what}` : decoded.reason];
  return decoded.readings.map(({ device, metric, value, unit, timeMs, clock }) => {
    const time = clock === "device" ? new Date(timeMs).toISOString() : timeMs === ARRIVED_MS ? "arrival" : "?";
    const type = typeof value === "number" ? "" : `${typeof value} `;
    return `${device} ${metric} = ${type}${String(value)}${unit === null ? "" : ` ${unit}`} @${time} ${clock}`;
  });
}

const AT = "2026-11-20T11:59:00.000Z";
const SECONDS = Date.parse(AT) / 1000;

describe("without a route, topic and payload have their usual meaning", () => {
  test.each<[string, string, string[]]>([
    ["home/bath/analog/brightness", "21.57", ["home/bath/analog brightness = 21.57 @arrival none"]],
    ["temp", "-0.5", ["temp value = -0.5 @arrival none"]],
    ["/home//bath/temp", " 21.5 ", ["home/bath temp = 21.5 @arrival none"]],
    ["a/temp", "21.5 °C", ["a temp = 21.5 °C @arrival none"]],
    ["a/temp", "1e3", ["a temp = 1000 @arrival none"]],
    ["a/door", "OPEN", ["a door = boolean true @arrival none"]],
    ["a/door", "off", ["a door = boolean false @arrival none"]],
    ["a/mode", "eco+", ["a mode = string eco+ @arrival none"]],
    ["a/ip", "10.0.0.1", ["a ip = string 10.0.0.1 @arrival none"]],
    ["a/count", "9007199254740993", ["a count = bigint 9007199254740993 @arrival none"]],
    ["a/b", '{"temp":21.5,"hum":40}', ["a/b temp = 21.5 @arrival none", "a/b hum = 40 @arrival none"]],
    ["a/b", '{"t":21.5,"h":40}', ["a/b t = 21.5 @arrival none", "a/b h = 40 @arrival none"]],
    ["a/b", `{"temp":1,"ts":${SECONDS}}`, [`a/b temp = 1 @${AT} device`]],
    ["a/b", `{"temp":1,"ts":${SECONDS}000}`, [`a/b temp = 1 @${AT} device`]],
    ["a/b", `{"temp":1,"ts":${SECONDS}000000}`, [`a/b temp = 1 @${AT} device`]],
    ["a/b", `{"temp":1,"ts":${SECONDS}000000000}`, [`a/b temp = 1 @${AT} device`]],
    ["a/b", `{"temp":1,"ts":"${SECONDS}"}`, [`a/b temp = 1 @${AT} device`]],
    ["a/b", `{"temp":1,"time":"${AT}"}`, [`a/b temp = 1 @${AT} device`]],
    ["a/b", '{"temp":1,"time":"2026-11-20T12:59:00+01:00"}', [`a/b temp = 1 @${AT} device`]],
    ["a/b", '{"temp":1,"time":"2026-11-20 11:59:00"}', [`a/b temp = 1 @${AT} device`]],
    ["a/b", '{"temp":1,"ts":0}', ["a/b temp = 1 @arrival none"]],
    ["a/b", '{"temp":1,"time":4711}', ["a/b temp = 1 @arrival none"]],
    ["a/b", '{"temp":1,"ts":null}', ["a/b temp = 1 @arrival none"]],
    ["a/b", '{"temp":1,"time":"2099-01-01T00:00:00Z"}', ["a/b temp = 1 @arrival suspect"]],
    [
      "a/b",
      '{"env":{"temp":1,"air":[5,{"pm":7}]}}',
      ["a/b env.temp = 1 @arrival none", "a/b env.air.0 = 5 @arrival none", "a/b env.air.1.pm = 7 @arrival none"],
    ],
    [
      "a/b",
      `[{"ts":${SECONDS},"x":1},{"ts":${SECONDS + 1},"x":2}]`,
      [`a/b x = 1 @${AT} device`, "a/b x = 2 @2026-11-20T11:59:01.000Z device"],
    ],
    ["a/temp", '{"value":21.5}', ["a temp = 21.5 @arrival none"]],
    ["a/b", '{"temp":{"value":21.5}}', ["a/b temp = 21.5 @arrival none"]],
    [
      "a/b",
      '{"temp":{"value":21.5,"quality":"good"}}',
      ["a/b temp = 21.5 @arrival none", "a/b temp.quality = string good @arrival none"],
    ],
    [
      "a/b",
      '{"on":true,"mode":"eco","n":"12.5"}',
      ["a/b on = boolean true @arrival none", "a/b mode = string eco @arrival none", "a/b n = 12.5 @arrival none"],
    ],
    [
      "a/b",
      '{"big":9007199254740993,"x":1}',
      ["a/b big = bigint 9007199254740993 @arrival none", "a/b x = 1 @arrival none"],
    ],
    ["a/b", "[1,2]", ["a/b 0 = 1 @arrival none", "a/b 1 = 2 @arrival none"]],
    ["a/b", "null", ["ignored null"]],
    ["a/b", "", ["ignored empty"]],
    ["a/b", "   ", ["ignored empty"]],
    ["a/b", '{"x":null}', ["ignored null"]],
    ["a/b", "21.5\0", ["a b = 21.5 @arrival none"]],
  ])("%s %s", (topic, payload, expected) => {
    expect(shown(decode(topic, payload))).toEqual(expected);
  });
});

describe("an undecodable message is a dead letter with its reason", () => {
  test.each<[string | Uint8Array, string, RegExp]>([
    ["NaN", "not_finite", /NaN/],
    ["-Infinity", "not_finite", /Infinity/],
    ["1e999", "not_finite", /1e999/],
    ['{"x":1e999}', "not_finite", /x is too large/],
    ['{"x":NaN}', "not_finite", /column 6/],
    ['{"x":"nan"}', "not_finite", /x is nan/],
    [
      '{"t": 21.5 "h": 40}',
      "syntax",
      /^\{"t": 21\.5 "h": 40\}: expected ',' or '\}' after property value at column 12$/,
    ],
    ['{"t": 21.5', "syntax", /expected/],
    ['{"__proto__":{"x":1}}', "forbidden_key", /__proto__/],
    ['{"a":{"__proto__":1}}', "forbidden_key", /a\.__proto__/],
    [Uint8Array.of(0x7b, 0xff, 0x7d), "invalid_utf8", /UTF-8/],
    ["x".repeat(5000), "too_large", /5000 bytes, more than 4096/],
    ["[".repeat(50) + "1" + "]".repeat(50), "too_deep", /more than 8 levels/],
    [JSON.stringify(Array(200).fill(1)), "too_many_values", /more than 100 values/],
    ["{}", "no_value", /no value/],
    [`{"${"k".repeat(300)}":1}`, "bad_name", /1 to 256 for a metric/],
    ['{"a\\u0000b":1}', "bad_name", /control/],
  ])("%j: %s", (payload, reason, detail) => {
    const decoded = decode("a/b", payload);
    expect(decoded).toMatchObject({ kind: "dead_letter", reason });
    expect(decoded.kind === "dead_letter" && decoded.detail).toMatch(detail);
  });

  test("also if no route matches the topic and the configuration has unrouted: dead_letter", () => {
    expect(decode("a/b", "1", { unrouted: "dead_letter" })).toMatchObject({ reason: "no_route" });
  });

  test("and no part of it reaches the sink", () => {
    const heard: unknown[] = [];
    const outcome = createDecoder(options()).decodeInto(
      {
        topic: "a/b",
        payload: Buffer.from('{"fine":1,"bad\\u0001":2}'),
        clientId: "c",
        arrivedMs: ARRIVED_MS,
        clockPlausible: true,
      },
      {
        admits: () => null,
        reading: (...reading) => heard.push(reading),
        ignored: (...what) => heard.push(what),
      },
    );
    expect(outcome).toMatchObject({ kind: "dead_letter", reason: "bad_name" });
    expect(heard).toEqual([]);
  });
});

describe("a route names device, metric, time and unit", () => {
  test("from the levels of the topic and the path in the payload", () => {
    const plant = routeOptions({
      topic: "plant/{line}/{device}/data",
      device: "{line}/{device}",
      metric: "m.{field}",
      unit: { "m.temp": "°C" },
      timestamp: { field: "at", unit: "s" },
    });
    expect(shown(decode("plant/l1/press/data", `{"temp":1,"rpm":2,"at":${SECONDS}}`, { routes: [plant] }))).toEqual([
      `l1/press m.temp = 1 °C @${AT} device`,
      `l1/press m.rpm = 2 @${AT} device`,
    ]);
  });

  test("with a decoder of its choice", () => {
    const text = routeOptions({ topic: "a/#", decoder: "text" });
    expect(shown(decode("a/b", "21.5", { routes: [text] }))).toEqual(["a b = string 21.5 @arrival none"]);
    const json = routeOptions({ topic: "a/#", decoder: "json" });
    expect(shown(decode("a/b", "eco", { routes: [json] }))).toEqual(["syntax"]);
  });

  test("and a value that is not a time is reported, not guessed", () => {
    const dated = routeOptions({ topic: "#", timestamp: { field: "at", unit: "iso" } });
    expect(decode("a/b", '{"x":1,"at":"yesterday"}', { routes: [dated] })).toMatchObject({ reason: "bad_timestamp" });
    expect(shown(decode("a/b", '{"x":1}', { routes: [dated] }))).toEqual(["a/b x = 1 @arrival none"]);
    const arrival = routeOptions({ topic: "#", timestamp: "arrival" });
    expect(shown(decode("a/b", '{"x":1,"ts":5}', { routes: [arrival] }))).toEqual([
      "a/b x = 1 @arrival none",
      "a/b ts = 5 @arrival none",
    ]);
  });

  test("and a time by its path in the payload, which is then not a reading", () => {
    const dated = routeOptions({ topic: "#", timestamp: { field: "meta.at", unit: "s" } });
    const decodedWith = (payload: string): string[] => shown(decode("a/b", payload, { routes: [dated] }));
    expect(decodedWith(`{"meta":{"at":${SECONDS},"rssi":-70},"t":1}`)).toEqual([
      `a/b meta.rssi = -70 @${AT} device`,
      `a/b t = 1 @${AT} device`,
    ]);
    expect(decodedWith(`{"t":1,"meta":{"at":${SECONDS}}}`)).toEqual([`a/b t = 1 @${AT} device`]);
    expect(decodedWith(`{"meta.at":${SECONDS},"t":1}`)).toEqual([`a/b t = 1 @${AT} device`]);
    expect(decodedWith(`[{"meta":{"at":${SECONDS}},"t":1},{"meta":{"at":${SECONDS + 1}},"t":2}]`)).toEqual([
      `a/b t = 1 @${AT} device`,
      "a/b t = 2 @2026-11-20T11:59:01.000Z device",
    ]);
    expect(decodedWith('{"meta":{"at":"yesterday"},"t":1}')).toEqual(["bad_timestamp"]);
    expect(decodedWith('{"meta":{},"t":1}')).toEqual(["a/b t = 1 @arrival none"]);
  });

  test("in the time zone of the gateway, also in the night when the clocks change", () => {
    const berlin = { timeZone: "Europe/Berlin" };
    const at = (time: string): string => shown(decode("a/b", `{"x":1,"time":"${time}"}`, berlin))[0]!;
    expect(at("2026-07-01T12:00:00")).toContain("2026-07-01T10:00:00.000Z");
    expect(at("2026-10-25T01:30:00")).toContain("2026-10-24T23:30:00.000Z");
    expect(at("2026-10-25T03:30:00")).toContain("2026-10-25T02:30:00.000Z");
    expect(at("2026-02-31T12:00:00")).toContain("arrival");
  });
});

test("a gateway whose clock was never set marks its own times as suspect, and does not judge the clocks of devices", () => {
  const decoder = createDecoder(options());
  const at1970 = { topic: "a/b", clientId: "c", arrivedMs: 4711, clockPlausible: false };
  const own = decoder.decode({ ...at1970, payload: Buffer.from("21.5") });
  expect(own).toMatchObject({ readings: [{ timeMs: 4711, clock: "suspect" }] });
  const dated = decoder.decode({ ...at1970, payload: Buffer.from(`{"x":1,"ts":${SECONDS}}`) });
  expect(dated).toMatchObject({ readings: [{ timeMs: SECONDS * 1000, clock: "device" }] });
});

describe("the unit of a numeric time", () => {
  const at = (decoder: Decoder, ts: number): string => {
    const message = { topic: "a/b", clientId: "c", arrivedMs: ARRIVED_MS, clockPlausible: true };
    return shown(decoder.decode({ ...message, payload: Buffer.from(`{"x":1,"ts":${ts}}`) }))[0]!;
  };

  test("stays the same for a topic: an uptime in milliseconds is not a time in the year 2000", () => {
    const decoder = createDecoder(options());
    expect(at(decoder, SECONDS * 1000)).toBe(`a/b x = 1 @${AT} device`);
    expect(at(decoder, 1_000_000_000)).toBe("a/b x = 1 @arrival none");
    expect(at(decoder, SECONDS * 1000)).toBe(`a/b x = 1 @${AT} device`);
  });

  test("changes if the other unit gives a time about now, as after an update of the device", () => {
    const decoder = createDecoder(options());
    expect(at(decoder, 1_000_000_000)).toContain("2001-09-09T01:46:40.000Z device");
    expect(at(decoder, SECONDS * 1000)).toBe(`a/b x = 1 @${AT} device`);
    expect(at(decoder, SECONDS)).toBe(`a/b x = 1 @${AT} device`);
  });
});

describe("a payload that writes a value as a text", () => {
  const notes = (topic: string, payload: string): (string | undefined)[] => {
    const decoded = decode(topic, payload);
    return decoded.kind === "readings" ? decoded.readings.map(({ written }) => written) : [];
  };

  test("is reported, for numbers and booleans", () => {
    expect(notes("a/b", '{"t":"21.5","h":40,"o":"OPEN","w":"word"}')).toEqual(["21.5", undefined, "OPEN", undefined]);
    expect(notes("a/b", '"21.5"')).toEqual(["21.5"]);
    expect(notes("a/b", "ON")).toEqual(["ON"]);
  });

  test("is not reported for formats in which everything is a text", () => {
    expect(notes("a/b", "21.5")).toEqual([undefined]);
    expect(notes("a/b", "t,h\n21.5,40\n")).toEqual([undefined, undefined]);
  });
});

describe("the content type of an MQTT 5 message", () => {
  const decodedWith = (payload: Uint8Array, contentType: string, change: Partial<DecoderOptions> = {}): string[] =>
    shown(
      createDecoder(options(change)).decode({
        topic: "a/b",
        payload,
        clientId: "c",
        format: contentFormat(contentType),
        arrivedMs: ARRIVED_MS,
        clockPlausible: true,
      }),
    );

  test("decides how the bytes are read, even if they look like another format", () => {
    expect(decodedWith(Buffer.from("3132", "hex"), "text/plain")).toEqual(["a b = 12 @arrival none"]);
    expect(decodedWith(Buffer.from("3132", "hex"), "application/json; charset=utf-8")).toEqual([
      "a b = 12 @arrival none",
    ]);
    expect(decodedWith(Buffer.from("1818", "hex"), "application/cbor")).toEqual(["a b = 24 @arrival none"]);
    expect(decodedWith(Buffer.from("81a17815", "hex"), "application/vnd.msgpack")).toEqual([
      "a/b x = 21 @arrival none",
    ]);
    expect(decodedWith(Buffer.from("hello"), "application/json")).toEqual(["syntax"]);
    expect(decodedWith(Buffer.from('{"x":1}'), "application/cbor")).toEqual(["syntax"]);
  });

  test("decides nothing if a route names the decoder", () => {
    const routes = [routeOptions({ topic: "a/#", decoder: "text" })];
    expect(decodedWith(Buffer.from('{"x":1}'), "application/json", { routes })).toEqual([
      'a b = string {"x":1} @arrival none',
    ]);
  });
});

test("a time that is too far off is kept beside the time that replaces it", () => {
  const payloadTimeMs = ARRIVED_MS + 86_400_000;
  const decoded = decode("a/b", `{"x":1,"ts":${payloadTimeMs}}`);
  expect(decoded).toMatchObject({ readings: [{ timeMs: ARRIVED_MS, clock: "suspect", payloadTimeMs }] });
});

test.each<[string, string, string[]]>([
  ["a/b", '"21.5"', ["a b = 21.5 @arrival none"]],
  ["a/b", '"hello"', ["a b = string hello @arrival none"]],
  ["a/b", '"no end', ['a b = string "no end @arrival none']],
  ["a/b", "21.5\0\0\0", ["a b = 21.5 @arrival none"]],
  ["a/b", "21.5\u0007", ["a b = string 21.5\u0007 @arrival none"]],
  ["a/b", '{"x":1,"ts":"1970-01-01T00:00:00Z"}', ["a/b x = 1 @arrival none"]],
  ["a/b", '{"x":1,"ts":"0"}', ["a/b x = 1 @arrival none"]],
  ["a/b/set", "ON", ["ignored command"]],
  ["a/b/get", '{"x":""}', ["ignored command"]],
  ["a/b/LWT", "Online", ["ignored availability"]],
  ["a/b/availability", "online", ["ignored availability"]],
])("%s %j is decoded as the sender means it", (topic, payload, expected) => {
  expect(shown(decode(topic, payload))).toEqual(expected);
});

describe("a route", () => {
  const rule = { metric: undefined, unit: undefined, scale: 1, offset: 0 };

  test("picks fields, renames them, scales them and gives their unit; the others are counted", () => {
    const fields = [
      { ...rule, path: "temp", metric: "temperature", unit: "°C", scale: 0.1, offset: -40 },
      { ...rule, path: "raw.*" },
    ];
    const routes = [routeOptions({ topic: "plant/{line}", fields })];
    expect(shown(decode("plant/1", '{"temp":615,"hum":40,"raw":{"a":1,"b":"x"}}', { routes }))).toEqual([
      "plant/1 temperature = 21.5 °C @arrival none",
      "plant/1 raw.a = 1 @arrival none",
      "plant/1 raw.b = string x @arrival none",
    ]);
    expect(shown(decode("plant/1", '{"hum":40}', { routes }))).toEqual(["ignored not_picked"]);
  });

  test("scales a payload with a single value", () => {
    const routes = [routeOptions({ topic: "plant/{line}/temp", fields: [{ ...rule, path: "value", scale: 0.1 }] })];
    expect(shown(decode("plant/1/temp", "215", { routes }))).toEqual(["plant/1 temp = 21.5 @arrival none"]);
  });

  test("splits an array into readings of one series", () => {
    const routes = [routeOptions({ topic: "plant/{line}", split: new Map([["samples", 500]]) })];
    expect(shown(decode("plant/1", `{"ts":${SECONDS},"samples":[1,2]}`, { routes }))).toEqual([
      `plant/1 samples = 1 @${AT} device`,
      `plant/1 samples = 2 @2026-11-20T11:59:00.500Z device`,
    ]);
  });

  test.each<["arrival" | "accept" | "dead_letter", string]>([
    ["arrival", "plant/1 x = 1 @arrival suspect"],
    ["accept", "plant/1 x = 1 @? suspect"],
    ["dead_letter", "bad_timestamp"],
  ])("decides what happens to a time that is far off: %s", (otherwise, expected) => {
    const plausible = { aheadMs: 60_000, behindMs: 3_600_000, otherwise };
    const routes = [routeOptions({ topic: "plant/{line}", plausible })];
    const at = (ms: number): string[] => shown(decode("plant/1", `{"x":1,"ts":${ARRIVED_MS + ms}}`, { routes }));
    expect(at(61_000)).toEqual([expected]);
    expect(at(-3_601_000)).toEqual([expected]);
    expect(at(-60_000)).toEqual([`plant/1 x = 1 @${AT} device`]);
  });

  test("may name a family, and use its device in a template", () => {
    const routes = [routeOptions({ topic: "#", decoder: "tasmota", device: "hall-1/{device}" })];
    expect(shown(decode("tele/plug/SENSOR", '{"ENERGY":{"Power":12}}', { routes }))).toEqual([
      "hall-1/plug ENERGY.Power = 12 W @arrival none",
    ]);
  });
});

test("[P5] [I8] any bytes on any topic have exactly one outcome, always the same, and never an exception", () => {
  const decoder = createDecoder(options({ routes: [routeOptions({ topic: "r/{x}/#", device: "{x}" })] }));
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.json().map((json) => Buffer.from(json)),
    fc.double().map((value) => Buffer.from(String(value))),
    fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom("r/a/b", "a/b")), payload, (topic, bytes) => {
      const message = { topic, payload: bytes, clientId: "sensor-1", arrivedMs: ARRIVED_MS, clockPlausible: true };
      const first = decoder.decode(message);
      expect(["readings", "dead_letter", "ignored"]).toContain(first.kind);
      if (first.kind === "readings") {
        expect(first.readings.length).toBeGreaterThan(0);
        for (const { value } of first.readings) if (typeof value === "number") expect(value).toSatisfy(Number.isFinite);
      }
      expect(decoder.decode(message)).toEqual(first);
    }),
    { numRuns: 1000 },
  );
});
