/**
 * Messages from the documentation of their formats: where each one is documented, and what it must decode to without any
 * configuration. Tests compare them, and the fuzzer starts from them.
 *
 * The expected lines are the decoder, then `device | metric = value unit @time` for each reading; or `ignored KIND`; or
 * `dead letter REASON`.
 */
export type RealMessage = readonly [
  source: string,
  topic: string,
  payload: string | object,
  expected: readonly string[],
];

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

export const REAL_MESSAGES: readonly RealMessage[] = [
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
