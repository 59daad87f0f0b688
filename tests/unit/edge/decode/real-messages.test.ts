import { describe, expect, test } from "vitest";
import { gzipSync, deflateSync } from "node:zlib";
import type { Decoded } from "../../../../edge/decode/decoder.ts";
import { createDecoder } from "../../../../edge/decode/routed-decoder.ts";
import { REAL_MESSAGES } from "../../../support/real-messages.ts";

const ARRIVED_MS = Date.UTC(2026, 10, 20, 12);

function decode(topic: string, payload: string | Uint8Array): Decoded {
  const decoder = createDecoder({
    routes: [],
    unrouted: "auto",
    timeZone: "UTC",
    limits: { depth: 16, values: 1000, payloadBytes: 65_536 },
  });
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  return decoder.decode({ topic, payload: bytes, clientId: "client-1", arrivedMs: ARRIVED_MS, clockPlausible: true });
}

/** One line a reading, `device | metric = value unit @time`, with the decoder in front. */
function shown(decoded: Decoded): string[] {
  switch (decoded.kind) {
    case "ignored":
      return [`ignored ${decoded.what}`];
    case "dead_letter":
      return [`dead letter ${decoded.reason}`];
    case "readings":
      return [
        decoded.decoder,
        ...decoded.readings.map(({ device, metric, value, unit, timeMs, clock }) => {
          const time = clock === "device" ? ` @${new Date(timeMs).toISOString()}` : "";
          return `${device} | ${metric} = ${String(value)}${unit === null ? "" : ` ${unit}`}${time}`;
        }),
      ];
  }
}

describe("without configuration, a message means what the documentation of its format says", () => {
  test.each(REAL_MESSAGES)("%s: %s", (_, topic, payload, expected) => {
    expect(shown(decode(topic, typeof payload === "string" ? payload : JSON.stringify(payload)))).toEqual(expected);
  });

  test.each(REAL_MESSAGES)("also when it is compressed: %s: %s", (_, topic, payload, expected) => {
    const text = typeof payload === "string" ? payload : JSON.stringify(payload);
    if (text === "") return expect(expected).toEqual(["ignored empty"]);
    expect(shown(decode(topic, gzipSync(text)))).toEqual(expected);
    return expect(shown(decode(topic, deflateSync(text)))).toEqual(expected);
  });

  test("for at least forty messages", () => expect(REAL_MESSAGES.length).toBeGreaterThanOrEqual(40));
});

describe("CBOR, MessagePack and CSV", () => {
  test("a CBOR map is decoded, if the whole payload is CBOR", () => {
    const bytes = Buffer.from("a2647465" + "6d70fb4035800000000000636875" + "6d1828", "hex");
    expect(shown(decode("a/b", bytes))).toEqual(["cbor", "a/b | temp = 21.5", "a/b | hum = 40"]);
    expect(shown(decode("a/b", Buffer.concat([bytes, Buffer.of(0xff)])))).toEqual(["dead letter invalid_utf8"]);
  });

  test("SenML in CBOR (RFC 8428, section 6, example)", () => {
    const hex =
      "87a721781b75726e3a6465763a6f773a3130653230373361303130383030363a22fb41d303a15b00106223614120050067766f6c7461" +
      "676501615602fb405e066666666666a3006763757272656e74062402fb3ff3333333333333a3006763757272656e74062302fb3ff4cccccc" +
      "cccccda3006763757272656e74062202fb3ff6666666666666a3006763757272656e74062102f93e00a3006763757272656e74062002fb3f" +
      "f999999999999aa3006763757272656e74060002fb3ffb333333333333";
    const lines = shown(decode("a/b", Buffer.from(hex, "hex")));
    expect(lines[0]).toBe("senml");
    expect(lines).toContain("urn:dev:ow:10e2073a0108006 | voltage = 120.1 V @2010-06-08T18:01:16.001Z");
    expect(lines).toContain("urn:dev:ow:10e2073a0108006 | current = 1.2 A @2010-06-08T18:01:11.001Z");
    expect(lines).toHaveLength(8);
  });

  test("a MessagePack map", () => {
    expect(shown(decode("a/b", Buffer.from("82a474656d70cb4035800000000000a368756d28", "hex")))).toEqual([
      "msgpack",
      "a/b | temp = 21.5",
      "a/b | hum = 40",
    ]);
  });

  test("a table with a header", () => {
    expect(shown(decode("a/b", "time,temp,hum\n2026-11-20T11:59:00Z,21.5,40\n2026-11-20T11:59:10Z,21.6,41\n"))).toEqual(
      [
        "csv",
        "a/b | temp = 21.5 @2026-11-20T11:59:00.000Z",
        "a/b | hum = 40 @2026-11-20T11:59:00.000Z",
        "a/b | temp = 21.6 @2026-11-20T11:59:10.000Z",
        "a/b | hum = 41 @2026-11-20T11:59:10.000Z",
      ],
    );
    expect(shown(decode("a/b", "temp,hum\n21.5,40\n21.6\n"))).toEqual(["dead letter syntax"]);
  });
});

describe("Home Assistant discovery (home-assistant.io/integrations/mqtt)", () => {
  const clock = { clientId: "c", arrivedMs: ARRIVED_MS, clockPlausible: true };
  const limits = { depth: 16, values: 1000, payloadBytes: 65_536 };
  const learned = (config: object, topic: string, payload: string): string[] => {
    const decoder = createDecoder({ routes: [], unrouted: "auto", timeZone: "UTC", limits });
    const before = { ...clock, topic, payload: Buffer.from(payload) };
    decoder.decode(before);
    const discovery = {
      ...clock,
      topic: "homeassistant/sensor/bedroom/config",
      payload: Buffer.from(JSON.stringify(config)),
    };
    expect(shown(decoder.decode(discovery))).toEqual(["ignored discovery"]);
    return shown(decoder.decode(before)).slice(1);
  };

  test("gives units, even to a topic that had messages before", () => {
    const config = {
      device_class: "temperature",
      state_topic: "bedroom/state",
      unit_of_measurement: "°C",
      value_template: "{{ value_json.temperature }}",
    };
    expect(learned(config, "bedroom/state", '{"temperature":23.2,"humidity":43.7}')).toEqual([
      "bedroom/state | temperature = 23.2 °C",
      "bedroom/state | humidity = 43.7",
    ]);
  });

  test("may have short keys, a base topic, and keys in brackets", () => {
    const config = {
      "~": "home/bath",
      stat_t: "~/tele",
      unit_of_meas: "W",
      val_tpl: "{{ value_json['ENERGY'].Power | round(1) }}",
    };
    expect(learned(config, "home/bath/tele", '{"ENERGY":{"Power":12}}')).toEqual([
      "home/bath/tele | ENERGY.Power = 12 W",
    ]);
    expect(learned({ stat_t: "bath/temp", unit_of_meas: "°C" }, "bath/temp", "21.5")).toEqual([
      "bath | temp = 21.5 °C",
    ]);
  });

  test("gives a name to the device, and to the metric of a topic with a single value; the first name stays", () => {
    const decoder = createDecoder({ routes: [], unrouted: "auto", timeZone: "UTC", limits });
    const receive = (topic: string, payload: string): string[] =>
      shown(decoder.decode({ ...clock, topic, payload: Buffer.from(payload) })).slice(1);
    const config = (object: string, content: object): string[] =>
      receive(`homeassistant/sensor/${object}/config`, JSON.stringify(content));
    const device = { identifiers: ["bedroom01ae"], name: "Bedroom" };
    const temperature = {
      state_topic: "x/1",
      value_template: "{{ value_json.temperature }}",
      unit_of_measurement: "°C",
    };
    config("t", { ...temperature, name: "Warmth", device });
    config("h", { stat_t: "x/h", name: "Humidity", unit_of_meas: "%", dev: device });
    expect(receive("x/1", '{"temperature":23.2,"battery":80}')).toEqual([
      "Bedroom | temperature = 23.2 °C",
      "x/1 | battery = 80",
    ]);
    expect(receive("x/h", "43.7")).toEqual(["Bedroom | Humidity = 43.7 %"]);
    config("t", { ...temperature, device: { name: "Guest room" }, unit_of_measurement: "°F" });
    expect(receive("x/1", '{"temperature":70}')).toEqual(["Bedroom | temperature = 70 °F"]);
    // The same name for another value would make one series out of two.
    config("other", { state_topic: "x/2", name: "Humidity", device });
    expect(receive("x/2", "44")).toEqual(["x | 2 = 44"]);
  });

  test("does not rename a series that exists, or that a family or a route names", () => {
    const decoder = createDecoder({ routes: [], unrouted: "auto", timeZone: "UTC", limits });
    const device = { name: "Plug" };
    const named = (topic: string, payload: string, known: readonly string[]): string[] => {
      const content = { state_topic: topic, name: "Power", device, unit_of_measurement: "W" };
      const bytes = Buffer.from(JSON.stringify(content));
      decoder.decode({ ...clock, topic: `homeassistant/sensor/${known.length}/config`, payload: bytes });
      const names: string[] = [];
      decoder.decodeInto(
        { ...clock, topic, payload: Buffer.from(payload) },
        {
          admits: () => null,
          ignored: () => {},
          hasSeries: (series) => known.includes(`${series.device} ${series.metric}`),
          reading: (series) => names.push(`${series.device} ${series.metric} ${series.unit}`),
        },
      );
      return names;
    };
    expect(named("a/power", "12", ["a power"])).toEqual(["a power W"]);
    expect(named("b/power", "12", [])).toEqual(["b power W"]);
    expect(named("stat/plug/POWER", "12", [])).toEqual(["plug POWER W"]);
  });

  test("with a template that computes, or a broken message, is ignored", () => {
    const config = { state_topic: "a/b", unit_of_measurement: "kW", value_template: "{{ value_json.power / 1000 }}" };
    expect(learned(config, "a/b", '{"power":12}')).toEqual(["a/b | power = 12"]);
    expect(shown(decode("homeassistant/sensor/x/config", "{"))).toEqual(["ignored discovery"]);
  });
});

test("a small payload that decompresses to a huge one is refused before it uses the memory", () => {
  expect(shown(decode("a/b", gzipSync("0".repeat(50_000_000))))).toEqual(["dead letter too_large"]);
  expect(shown(decode("a/b", gzipSync("21.5").subarray(0, 10)))).toEqual(["dead letter syntax"]);
});
