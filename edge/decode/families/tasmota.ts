import type { Family, FamilyOutcome } from "./family.ts";
import { leafOf, textAt } from "./family.ts";

/**
 * Tasmota: `tele/<device>/SENSOR`. The prefix may also be after the device (`%topic%/%prefix%/`). Units of temperature and
 * pressure are in the message. Other units are from the documentation (tasmota.github.io/docs/MQTT, /docs/Energy).
 */
export const tasmota: Family = {
  name: "tasmota",
  topic: (levels) => {
    const prefix = levels.findIndex((level) => PREFIXES.has(level));
    const leaf = levels.at(-1)!;
    if (prefix < 0 || prefix > 1 || levels.length !== 3 || !/^[A-Z]+\d*$/.test(leaf)) return undefined;
    const device = levels[prefix === 0 ? 1 : 0]!;
    if (levels[prefix] === "cmnd") return { kind: "ignored", what: "command" };
    if (leaf === "LWT") return { kind: "ignored", what: "availability" };
    if (/^(INFO|STATUS|LOGGING|UPTIME)\d*$/.test(leaf)) return { kind: "ignored", what: "bridge_state" };
    return { kind: "json", device, metric: leaf };
  },
  parts: (json, { device }): FamilyOutcome => {
    const temperature = textAt(json, "TempUnit");
    const pressure = textAt(json, "PressureUnit");
    const unitOf = (path: string): string | null => {
      const leaf = leafOf(path);
      if (/^(Temperature|DewPoint|DewPoint\d|Temperature\d)$/.test(leaf))
        return temperature === undefined ? null : `°${temperature}`;
      if (leaf === "Pressure" || leaf === "SeaPressure") return pressure ?? null;
      return UNITS.get(leaf) ?? null;
    };
    const isIdentifier = (path: string): boolean => NOT_READINGS.has(leafOf(path));
    return { kind: "parts", parts: [{ device, value: json, path: "", unitOf, isIdentifier }] };
  },
  payload: (json) => textAt(json, "TempUnit") !== undefined && textAt(json, "Time") !== undefined,
};

const PREFIXES: ReadonlySet<string> = new Set(["tele", "stat", "cmnd"]);
const NOT_READINGS: ReadonlySet<string> = new Set([
  "TempUnit",
  "PressureUnit",
  "SpeedUnit",
  "Uptime",
  "TotalStartTime",
  "AP",
  "SSId",
  "BSSId",
  "APMac",
  "Downtime",
  "SleepMode",
  "Id",
]);
const UNITS: ReadonlyMap<string, string> = new Map([
  ["Humidity", "%"],
  ["Illuminance", "lx"],
  ["Vcc", "V"],
  ["Voltage", "V"],
  ["Current", "A"],
  ["Power", "W"],
  ["ApparentPower", "VA"],
  ["ReactivePower", "var"],
  ["Total", "kWh"],
  ["Today", "kWh"],
  ["Yesterday", "kWh"],
  ["Period", "Wh"],
  ["Frequency", "Hz"],
  ["RSSI", "%"],
  ["Signal", "dBm"],
  ["CarbonDioxide", "ppm"],
]);
