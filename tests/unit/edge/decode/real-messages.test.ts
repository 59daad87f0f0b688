import { describe, expect, test } from "vitest";
import { gzipSync, deflateSync } from "node:zlib";
import type { Decoded } from "../../../../edge/decode/decoder.ts";
import { createDecoder } from "../../../../edge/decode/routed-decoder.ts";

/**
 * Messages as the documentation of their formats shows them, what must become of each, and where they stand. Without any
 * configuration.
 */
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

/** `device | metric = value unit @time`, a line a reading; the decoder in front. */
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

type Message = readonly [source: string, topic: string, payload: string | object, expected: readonly string[]];

const TASMOTA = "tasmota.github.io/docs";
const Z2M = "zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html";
const SHELLY1 = "shelly-api-docs.shelly.cloud/gen1";
const SHELLY2 = "shelly-api-docs.shelly.cloud/gen2/General/Notifications";
const ESPHOME = "esphome.io/components/mqtt";
const TTS = "thethingsindustries.com/docs/integrations/data-formats";
const CHIRPSTACK = "chirpstack.io/docs/chirpstack/integrations/events.html";
const INFLUX = "docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol";
const SENML = "RFC 8428, section 5.1";
const THINGSBOARD = "thingsboard.io/docs/reference/mqtt-api/telemetry";
const TB_GATEWAY = "thingsboard.io/docs/reference/gateway-api/telemetry";
const THIN_EDGE = "thin-edge.github.io/thin-edge.io/references/mqtt-api";
const VICTRON = "github.com/victronenergy/dbus-flashmq";
const OWNTRACKS = "owntracks.org/booklet/tech/json";
const THEENGS = "decoder.theengs.io";
const OPC_UA = "OPC 10000-14, Annex A.3";
const AWS = "docs.aws.amazon.com/iot, device shadow documents";
const AZURE = "learn.microsoft.com/azure/iot-hub, communicate using MQTT";
const OPENDTU = "opendtu.solar/firmware/mqtt_topics";

const MESSAGES: readonly Message[] = [
  [
    `${TASMOTA}/MQTT`,
    "tele/TH16/SENSOR",
    { Time: "2018-03-02T18:25:03", AM2301: { Temperature: 22.6, Humidity: 32.4 }, TempUnit: "C" },
    [
      "tasmota",
      "TH16 | AM2301.Temperature = 22.6 °C @2018-03-02T18:25:03.000Z",
      "TH16 | AM2301.Humidity = 32.4 % @2018-03-02T18:25:03.000Z",
    ],
  ],
  [
    `${TASMOTA}/Energy`,
    "tele/plug/SENSOR",
    {
      Time: "2019-11-03T19:34:28",
      ENERGY: { TotalStartTime: "2019-10-31T21:32:00", Total: 0.497, Yesterday: 0.123, Power: 182, Factor: 0.68 },
    },
    [
      "tasmota",
      "plug | ENERGY.Total = 0.497 kWh @2019-11-03T19:34:28.000Z",
      "plug | ENERGY.Yesterday = 0.123 kWh @2019-11-03T19:34:28.000Z",
      "plug | ENERGY.Power = 182 W @2019-11-03T19:34:28.000Z",
      "plug | ENERGY.Factor = 0.68 @2019-11-03T19:34:28.000Z",
    ],
  ],
  [
    `${TASMOTA}/MQTT`,
    "tele/TH16/STATE",
    {
      Time: "2018-03-02T18:25:02",
      Uptime: "0T00:00:19",
      Vcc: 3.151,
      POWER: "OFF",
      Wifi: { AP: 1, SSId: "TGV", RSSI: 66, APMac: "60:A4:4C:DC:F8:78" },
    },
    [
      "tasmota",
      "TH16 | Vcc = 3.151 V @2018-03-02T18:25:02.000Z",
      "TH16 | POWER = false @2018-03-02T18:25:02.000Z",
      "TH16 | Wifi.RSSI = 66 % @2018-03-02T18:25:02.000Z",
    ],
  ],
  [`${TASMOTA}/MQTT`, "stat/TH16/POWER", "ON", ["tasmota", "TH16 | POWER = true"]],
  [`${TASMOTA}/MQTT`, "tele/TH16/LWT", "Online", ["ignored availability"]],
  [`${TASMOTA}/MQTT`, "cmnd/TH16/POWER", "TOGGLE", ["ignored command"]],
  [
    Z2M,
    "zigbee2mqtt/kitchen/climate",
    { temperature: 27.34, humidity: 44.72 },
    ["zigbee2mqtt", "kitchen/climate | temperature = 27.34 °C", "kitchen/climate | humidity = 44.72 %"],
  ],
  [
    Z2M,
    "zigbee2mqtt/bulb",
    { state: "ON", brightness: 215, color_temp: 325 },
    ["zigbee2mqtt", "bulb | state = true", "bulb | brightness = 215", "bulb | color_temp = 325"],
  ],
  [Z2M, "zigbee2mqtt/bulb/availability", { state: "online" }, ["ignored availability"]],
  [Z2M, "zigbee2mqtt/bulb/set", { state: "ON" }, ["ignored command"]],
  [Z2M, "zigbee2mqtt/bridge/state", { state: "online" }, ["ignored bridge_state"]],
  [
    `${SHELLY1}/#shelly-h-amp-t`,
    "shellies/shellyht-6B2B5C/sensor/temperature",
    "22.50",
    ["shelly_gen1", "shellyht-6B2B5C | sensor.temperature = 22.5"],
  ],
  [
    `${SHELLY1}/#shelly1-shelly1pm`,
    "shellies/shelly1pm-B1E31C/relay/0/power",
    "40.24",
    ["shelly_gen1", "shelly1pm-B1E31C | relay.0.power = 40.24 W"],
  ],
  [
    `${SHELLY1}/#shelly1-shelly1pm`,
    "shellies/shelly1pm-B1E31C/relay/0",
    "on",
    ["shelly_gen1", "shelly1pm-B1E31C | relay.0 = true"],
  ],
  [`${SHELLY1}/#common-mqtt`, "shellies/shelly1pm-B1E31C/online", "true", ["ignored availability"]],
  [`${SHELLY1}/#common-mqtt`, "shellies/announce", { id: "shelly1pm-B1E31C", mac: "AABB" }, ["ignored discovery"]],
  [
    SHELLY2,
    "shellyplus1pm-a8032abe54dc/events/rpc",
    {
      src: "shellyplus1pm-a8032abe54dc",
      dst: "shellyplus1pm-a8032abe54dc/events",
      method: "NotifyStatus",
      params: { ts: 1680962879.62, "switch:0": { id: 0, apower: 8.9, voltage: 237.5, output: true } },
    },
    [
      "shelly_gen2",
      "shellyplus1pm-a8032abe54dc | switch:0.apower = 8.9 W @2023-04-08T14:07:59.620Z",
      "shellyplus1pm-a8032abe54dc | switch:0.voltage = 237.5 V @2023-04-08T14:07:59.620Z",
      "shellyplus1pm-a8032abe54dc | switch:0.output = true @2023-04-08T14:07:59.620Z",
    ],
  ],
  [
    "shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Temperature",
    "shellyplusht-b8d61a8b17cc/status/temperature:0",
    { id: 0, tC: 19.8, tF: 67.6 },
    [
      "shelly_gen2",
      "shellyplusht-b8d61a8b17cc | temperature:0.tC = 19.8 °C",
      "shellyplusht-b8d61a8b17cc | temperature:0.tF = 67.6 °F",
    ],
  ],
  [
    "shelly-api-docs.shelly.cloud/gen2/General/Notifications",
    "shellyplus1-44/events/rpc",
    { src: "shellyplus1-44", method: "NotifyEvent", params: { ts: 1680962879.62, events: [] } },
    ["ignored event"],
  ],
  [
    ESPHOME,
    "livingroom/sensor/living_room_temperature/state",
    "22.4",
    ["esphome", "livingroom | sensor.living_room_temperature = 22.4"],
  ],
  [ESPHOME, "livingroom/binary_sensor/window/state", "OFF", ["esphome", "livingroom | binary_sensor.window = false"]],
  [ESPHOME, "livingroom/switch/heater/command", "ON", ["ignored command"]],
  [
    TTS,
    "v3/app1@tenant1/devices/dev1/up",
    {
      end_device_ids: { device_id: "dev1", application_ids: { application_id: "app1" }, dev_eui: "0004A30B001C0530" },
      received_at: "2020-02-12T15:15:45.787Z",
      uplink_message: {
        f_port: 1,
        frm_payload: "gkHe",
        decoded_payload: { temperature: 1.0, luminosity: 0.64 },
        received_at: "2020-02-12T15:15:45.787Z",
      },
    },
    [
      "the_things_stack",
      "dev1 | temperature = 1 @2020-02-12T15:15:45.787Z",
      "dev1 | luminosity = 0.64 @2020-02-12T15:15:45.787Z",
    ],
  ],
  [
    TTS,
    "v3/app1@tenant1/devices/dev1/join",
    { end_device_ids: { device_id: "dev1" }, join_accept: {} },
    ["ignored join"],
  ],
  [
    TTS,
    "v3/app1@tenant1/devices/dev1/up",
    { end_device_ids: { device_id: "dev1" }, uplink_message: { f_port: 1, frm_payload: "gkHe" } },
    ["dead letter no_value"],
  ],
  [
    CHIRPSTACK,
    "application/ca739e26-7b67-4f14-b69e-d568c22a5a75/device/0101010101010101/event/up",
    {
      deduplicationId: "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
      time: "2022-07-18T09:34:15.775023242+00:00",
      deviceInfo: { deviceName: "Test device", devEui: "0101010101010101" },
      fPort: 1,
      data: "qg==",
      object: { temperature: 22.5, led: true },
    },
    [
      "chirpstack",
      "0101010101010101 | temperature = 22.5 @2022-07-18T09:34:15.775Z",
      "0101010101010101 | led = true @2022-07-18T09:34:15.775Z",
    ],
  ],
  [
    CHIRPSTACK,
    "application/1/device/0101010101010101/event/status",
    { time: "2022-07-18T09:34:15.775Z", deviceInfo: { devEui: "0101010101010101" }, margin: 7, batteryLevel: 56.67 },
    [
      "chirpstack",
      "0101010101010101 | batteryLevel = 56.67 % @2022-07-18T09:34:15.775Z",
      "0101010101010101 | margin = 7 dB @2022-07-18T09:34:15.775Z",
    ],
  ],
  [CHIRPSTACK, "application/1/device/0101010101010101/event/join", { devAddr: "00189440" }, ["ignored join"]],
  [OPENDTU, "solar/116180211111/0/powerdc", "112.4", ["value", "solar/116180211111/0 | powerdc = 112.4"]],
  [OPENDTU, "solar/116180211111/name", "roof", ["value", "solar/116180211111 | name = roof"]],
  [
    INFLUX,
    "telegraf/weather",
    'myMeasurement,tag1=value1,tag2=value2 fieldKey="fieldValue" 1556813561098000000',
    ["line_protocol", "telegraf/weather | myMeasurement.fieldKey = fieldValue @2019-05-02T16:12:41.098Z"],
  ],
  [
    INFLUX,
    "telegraf",
    "cpu,host=web01,cpu=cpu0 usage_idle=98.5,count=12i,up=true 1556813561098000000",
    [
      "line_protocol",
      "web01 | cpu.usage_idle = 98.5 @2019-05-02T16:12:41.098Z",
      "web01 | cpu.count = 12 @2019-05-02T16:12:41.098Z",
      "web01 | cpu.up = true @2019-05-02T16:12:41.098Z",
    ],
  ],
  [
    INFLUX,
    "t",
    'my\\ Measurement,tag\\ Key=x fieldKey="a \\"b\\", c"',
    ["line_protocol", 't | my Measurement.fieldKey = a "b", c'],
  ],
  [INFLUX, "t", "air,room=1 temp=21.5,hum= 1556813561098000000", ["dead letter syntax"]],
  [
    SENML,
    "plant/1",
    [{ n: "urn:dev:ow:10e2073a01080063", u: "Cel", v: 23.1 }],
    ["senml", "plant/1 | urn:dev:ow:10e2073a01080063 = 23.1 Cel"],
  ],
  [
    "RFC 8428, section 5.1.2",
    "plant/1",
    [
      { bn: "urn:dev:ow:10e2073a01080063:", n: "voltage", u: "V", v: 120.1 },
      { n: "current", u: "A", v: 1.2 },
    ],
    ["senml", "urn:dev:ow:10e2073a01080063 | voltage = 120.1 V", "urn:dev:ow:10e2073a01080063 | current = 1.2 A"],
  ],
  [
    "RFC 8428, section 5.1.3",
    "plant/1",
    [
      { bn: "urn:dev:ow:10e2073a0108006:", bt: 1.276020076001e9, bu: "A", bver: 5, n: "voltage", u: "V", v: 120.1 },
      { n: "current", t: -5, v: 1.2 },
    ],
    [
      "senml",
      "urn:dev:ow:10e2073a0108006 | voltage = 120.1 V @2010-06-08T18:01:16.001Z",
      "urn:dev:ow:10e2073a0108006 | current = 1.2 A @2010-06-08T18:01:11.001Z",
    ],
  ],
  [
    THINGSBOARD,
    "v1/devices/me/telemetry",
    { ts: 1451649600512, values: { temperature: 22.5, humidity: 61 } },
    [
      "thingsboard",
      "client-1 | temperature = 22.5 @2016-01-01T12:00:00.512Z",
      "client-1 | humidity = 61 @2016-01-01T12:00:00.512Z",
    ],
  ],
  [THINGSBOARD, "v1/devices/me/telemetry", { temperature: 22.5 }, ["thingsboard", "client-1 | temperature = 22.5"]],
  [
    TB_GATEWAY,
    "v1/gateway/telemetry",
    {
      "Device A": [{ ts: 1483228800000, values: { temperature: 42, humidity: 80 } }],
      "Device B": [{ ts: 1483228800000, values: { temperature: 42 } }],
    },
    [
      "thingsboard",
      "Device A | temperature = 42 @2017-01-01T00:00:00.000Z",
      "Device A | humidity = 80 @2017-01-01T00:00:00.000Z",
      "Device B | temperature = 42 @2017-01-01T00:00:00.000Z",
    ],
  ],
  [TB_GATEWAY, "v1/gateway/attributes", { "Device A": { attribute1: "value1" } }, ["ignored attributes"]],
  [
    THIN_EDGE,
    "te/device/main///m/environment",
    { time: "2020-10-15T05:30:47+00:00", temperature: 25, location: { altitude: 102.3 } },
    [
      "thin_edge",
      "device/main | temperature = 25 @2020-10-15T05:30:47.000Z",
      "device/main | location.altitude = 102.3 @2020-10-15T05:30:47.000Z",
    ],
  ],
  [THIN_EDGE, "te/device/child01///a/temperature_high", { severity: "critical" }, ["ignored event"]],
  [VICTRON, "N/e0ff50a097c0/battery/257/Soc", { value: 81 }, ["victron", "e0ff50a097c0/battery/257 | Soc = 81"]],
  [VICTRON, "N/e0ff50a097c0/system/0/Ac/Grid/L1/Power", { value: null }, ["ignored null"]],
  [VICTRON, "R/e0ff50a097c0/keepalive", "", ["ignored empty"]],
  [
    OWNTRACKS,
    "owntracks/jane/phone",
    { _type: "location", tid: "JP", lat: 48.85, lon: 2.29, batt: 76, vel: 54, tst: 1376715317 },
    [
      "owntracks",
      "jane/phone | lat = 48.85 ° @2013-08-17T04:55:17.000Z",
      "jane/phone | lon = 2.29 ° @2013-08-17T04:55:17.000Z",
      "jane/phone | batt = 76 % @2013-08-17T04:55:17.000Z",
      "jane/phone | vel = 54 km/h @2013-08-17T04:55:17.000Z",
    ],
  ],
  [OWNTRACKS, "owntracks/jane/phone", { _type: "lwt", tst: 1376715317 }, ["ignored availability"]],
  [
    THEENGS,
    "home/TheengsGateway/BTtoMQTT/A4C138D220DF",
    { id: "A4:C1:38:D2:20:DF", name: "GVH5075", model_id: "H5075", rssi: -72, tempc: 21.3, hum: 51.2, batt: 83 },
    [
      "theengs",
      "A4C138D220DF | rssi = -72 dBm",
      "A4C138D220DF | tempc = 21.3 °C",
      "A4C138D220DF | hum = 51.2 %",
      "A4C138D220DF | batt = 83 %",
    ],
  ],
  [THEENGS, "home/OpenMQTTGateway/SYStoMQTT", { uptime: 1200, freemem: 112_000 }, ["ignored bridge_state"]],
  [
    OPC_UA,
    "opcua/json/data/press",
    {
      MessageId: "32235546-05d9-4fd7-97df-ea3ff3408574",
      MessageType: "ua-data",
      PublisherId: "MIT",
      Messages: [
        {
          DataSetWriterId: 62541,
          Timestamp: "2021-09-27T18:45:19.555Z",
          Payload: {
            Pressure: { Value: 2.5, SourceTimestamp: "2021-09-27T11:32:38.349Z" },
            Temperature: { Value: 81, StatusCode: { Code: 2_147_483_648, Symbol: "Bad" } },
            Speed: 900,
          },
        },
      ],
    },
    [
      "opc_ua",
      "MIT/62541 | Pressure = 2.5 @2021-09-27T11:32:38.349Z",
      "MIT/62541 | Speed = 900 @2021-09-27T18:45:19.555Z",
    ],
  ],
  [OPC_UA, "opcua/json/metadata/press", { MessageType: "ua-metadata", PublisherId: "MIT" }, ["ignored discovery"]],
  [
    AWS,
    "$aws/things/pump-1/shadow/update",
    { state: { reported: { temperature: 21.5, open: true } }, timestamp: 1488565234 },
    [
      "aws_iot",
      "pump-1 | temperature = 21.5 @2017-03-03T18:20:34.000Z",
      "pump-1 | open = true @2017-03-03T18:20:34.000Z",
    ],
  ],
  [
    AZURE,
    "devices/pump-1/messages/events/$.ct=application%2Fjson&$.ce=utf-8",
    { temperature: 21.5, humidity: 60 },
    ["azure_iot", "pump-1 | temperature = 21.5", "pump-1 | humidity = 60"],
  ],
];

describe("a message means what the documentation of its format says, without any configuration", () => {
  test.each(MESSAGES)("%s: %s", (_, topic, payload, expected) => {
    expect(shown(decode(topic, typeof payload === "string" ? payload : JSON.stringify(payload)))).toEqual(expected);
  });

  test.each(MESSAGES)("and the same when it is compressed: %s: %s", (_, topic, payload, expected) => {
    const text = typeof payload === "string" ? payload : JSON.stringify(payload);
    if (text === "") return expect(expected).toEqual(["ignored empty"]);
    expect(shown(decode(topic, gzipSync(text)))).toEqual(
      expected.map((line) => (line === "ignored empty" ? line : line)),
    );
    return expect(shown(decode(topic, deflateSync(text)))).toEqual(expected);
  });

  test("of forty messages at least", () => expect(MESSAGES.length).toBeGreaterThanOrEqual(40));
});

describe("CBOR, MessagePack and CSV", () => {
  test("a CBOR map, and only if the whole payload decodes", () => {
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

  test("a table with a head", () => {
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

  test("units are learned, also for a topic that was seen before", () => {
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

  test("short names, a base topic, and keys in brackets", () => {
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

  test("names are learned: the device's, and the entity's where a topic has one value; the first holds", () => {
    const decoder = createDecoder({ routes: [], unrouted: "auto", timeZone: "UTC", limits });
    const say = (topic: string, payload: string): string[] =>
      shown(decoder.decode({ ...clock, topic, payload: Buffer.from(payload) })).slice(1);
    const config = (object: string, content: object): string[] =>
      say(`homeassistant/sensor/${object}/config`, JSON.stringify(content));
    const device = { identifiers: ["bedroom01ae"], name: "Bedroom" };
    const temperature = {
      state_topic: "x/1",
      value_template: "{{ value_json.temperature }}",
      unit_of_measurement: "°C",
    };
    config("t", { ...temperature, name: "Warmth", device });
    config("h", { stat_t: "x/h", name: "Humidity", unit_of_meas: "%", dev: device });
    expect(say("x/1", '{"temperature":23.2,"battery":80}')).toEqual([
      "Bedroom | temperature = 23.2 °C",
      "x/1 | battery = 80",
    ]);
    expect(say("x/h", "43.7")).toEqual(["Bedroom | Humidity = 43.7 %"]);
    config("t", { ...temperature, device: { name: "Guest room" }, unit_of_measurement: "°F" });
    expect(say("x/1", '{"temperature":70}')).toEqual(["Bedroom | temperature = 70 °F"]);
    // The same name for another value would make one series of two.
    config("other", { state_topic: "x/2", name: "Humidity", device });
    expect(say("x/2", "44")).toEqual(["x | 2 = 44"]);
  });

  test("a series that was there before keeps its name, and so does what a family or a route names", () => {
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
          admits: () => true,
          ignored: () => {},
          knows: (series) => known.includes(`${series.device} ${series.metric}`),
          reading: (series) => names.push(`${series.device} ${series.metric} ${series.unit}`),
        },
      );
      return names;
    };
    expect(named("a/power", "12", ["a power"])).toEqual(["a power W"]);
    expect(named("b/power", "12", [])).toEqual(["b power W"]);
    expect(named("stat/plug/POWER", "12", [])).toEqual(["plug POWER W"]);
  });

  test("a template that computes says nothing, and a broken message harms nobody", () => {
    const config = { state_topic: "a/b", unit_of_measurement: "kW", value_template: "{{ value_json.power / 1000 }}" };
    expect(learned(config, "a/b", '{"power":12}')).toEqual(["a/b | power = 12"]);
    expect(shown(decode("homeassistant/sensor/x/config", "{"))).toEqual(["ignored discovery"]);
  });
});

test("a payload that is small and opens to something huge is refused before it has used its memory", () => {
  expect(shown(decode("a/b", gzipSync("0".repeat(50_000_000))))).toEqual(["dead letter too_large"]);
  expect(shown(decode("a/b", gzipSync("21.5").subarray(0, 10)))).toEqual(["dead letter syntax"]);
});
