import type { Family, FamilyOutcome } from "./family.ts";
import { leafOf, textAt } from "./family.ts";

/**
 * Theengs gateways and OpenMQTTGateway: `home/<gateway>/BTtoMQTT/<address>`. The device is the address of the sensor, so
 * that a sensor is one device even if two gateways receive it (decoder.theengs.io, docs.openmqttgateway.com).
 */
export const theengs: Family = {
  name: "theengs",
  topic: (levels) => {
    const source = levels.findIndex((level) => /^(BT|433|LORA|RTL_433|IR|ZigBee|RF)toMQTT$/.test(level));
    if (source >= 1) {
      const rest = levels.slice(source + 1);
      return {
        kind: "json",
        device: rest.length > 0 ? rest.join("/") : levels.slice(0, source).join("/"),
        metric: "value",
      };
    }
    if (levels.some((level) => level === "SYStoMQTT")) return { kind: "ignored", what: "bridge_state" };
    if (levels.length > 2 && /^MQTTto[A-Z]/.test(levels.at(-2) ?? "")) return { kind: "ignored", what: "command" };
    return undefined;
  },
  parts: (json, { device, levels }): FamilyOutcome => {
    const isAddressed = levels.at(-1)?.endsWith("toMQTT") !== true;
    const address = textAt(json, "id")?.replaceAll(":", "");
    return {
      kind: "parts",
      parts: [
        {
          device: isAddressed ? device : (address ?? device),
          value: json,
          path: "",
          unitOf: (path) => UNITS.get(leafOf(path)) ?? null,
          isIdentifier: (path) => NOT_READINGS.has(path),
        },
      ],
    };
  },
};

const UNITS: ReadonlyMap<string, string> = new Map([
  ["tempc", "°C"],
  ["tempf", "°F"],
  ["hum", "%"],
  ["batt", "%"],
  ["volt", "V"],
  ["rssi", "dBm"],
  ["moi", "%"],
  ["lux", "lx"],
]);
const NOT_READINGS: ReadonlySet<string> = new Set([
  "id",
  "name",
  "mac",
  "mac_type",
  "adv_type",
  "brand",
  "model",
  "model_id",
  "type",
  "cidc",
  "acts",
  "manufacturerdata",
  "servicedata",
  "servicedatauuid",
]);
