import type { Family, FamilyOutcome } from "./family.ts";
import { leafOf } from "./family.ts";

/**
 * Zigbee2MQTT: `zigbee2mqtt/<friendly name>`. The name may contain slashes. Units are those on which all of its converters
 * agree (zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html).
 */
export const zigbee2mqtt: Family = {
  name: "zigbee2mqtt",
  topic: (levels) => {
    if (levels[0] !== "zigbee2mqtt" || levels.length < 2) return undefined;
    if (levels[1] === "bridge") return { kind: "ignored", what: "bridge_state" };
    const leaf = levels.at(-1)!;
    if (levels.length > 2 && leaf === "availability") return { kind: "ignored", what: "availability" };
    if (levels.length > 2 && (leaf === "set" || leaf === "get" || levels.includes("set"))) {
      return { kind: "ignored", what: "command" };
    }
    return { kind: "json", device: levels.slice(1).join("/"), metric: "value" };
  },
  parts: (json, { device }): FamilyOutcome => ({
    kind: "parts",
    parts: [
      {
        device,
        value: json,
        path: "",
        unitOf: (path) => UNITS.get(leafOf(path)) ?? null,
        isIdentifier: (path) => path === "update" || path === "device" || path === "update_available",
      },
    ],
  }),
};

const UNITS: ReadonlyMap<string, string> = new Map([
  ["temperature", "°C"],
  ["device_temperature", "°C"],
  ["local_temperature", "°C"],
  ["humidity", "%"],
  ["soil_moisture", "%"],
  ["battery", "%"],
  ["pressure", "hPa"],
  ["linkquality", "lqi"],
  ["illuminance", "lx"],
  ["power", "W"],
  ["energy", "kWh"],
  ["current", "A"],
  ["co2", "ppm"],
]);
