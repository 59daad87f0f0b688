import type { Family, FamilyOutcome, JsonPart } from "./family.ts";
import { at, isObject, leafOf, textAt } from "./family.ts";

/**
 * Shelly, first generation: `shellies/<id>/sensor/temperature`, one value a topic (shelly-api-docs.shelly.cloud/gen1).
 * Energies are in watt-minutes.
 */
export const shellyGen1: Family = {
  name: "shelly_gen1",
  topic: (levels) => {
    if (levels[0] !== "shellies" || levels.length < 2) return undefined;
    const rest = levels.slice(2);
    if (levels.length === 2 || rest[0] === "announce" || rest[0] === "info")
      return { kind: "ignored", what: "discovery" };
    if (rest[0] === "online") return { kind: "ignored", what: "availability" };
    if (rest.includes("command") || rest.at(-1) === "set") return { kind: "ignored", what: "command" };
    if (rest[0] === "input_event") return { kind: "ignored", what: "event" };
    const leaf = rest.at(-1)!;
    return { kind: "value", device: levels[1]!, metric: rest.join("."), unit: GEN1_UNITS.get(leaf) ?? null };
  },
};

const GEN1_UNITS: ReadonlyMap<string, string> = new Map([
  ["humidity", "%"],
  ["battery", "%"],
  ["power", "W"],
  ["energy", "W·min"],
  ["voltage", "V"],
  ["current", "A"],
  ["lux", "lx"],
]);

/**
 * Shelly, second generation and later: `<prefix>/events/rpc` with NotifyStatus, whose `src` is the device, and
 * `<prefix>/status/<component>` (shelly-api-docs.shelly.cloud/gen2/General/Notifications).
 */
export const shellyGen2: Family = {
  name: "shelly_gen2",
  topic: (levels) => {
    const leaf = levels.at(-1)!;
    const last = levels.slice(-2).join("/");
    if (last === "events/rpc" && levels.length > 2) {
      return { kind: "json", device: levels.slice(0, -2).join("/"), metric: "value" };
    }
    if (levels.length > 2 && levels.at(-2) === "status" && /^[a-z0-9_]+:\d+$/.test(leaf)) {
      return { kind: "json", device: levels.slice(0, -2).join("/"), metric: leaf };
    }
    if (/^shelly[a-z0-9]+-[0-9a-f]{6,12}$/i.test(levels[0]!)) {
      if (leaf === "online") return { kind: "ignored", what: "availability" };
      if (leaf === "rpc" || levels[1] === "command") return { kind: "ignored", what: "command" };
    }
    return undefined;
  },
  payload: (json) => textAt(json, "src") !== undefined && textAt(json, "method")?.startsWith("Notify") === true,
  parts: (json, { device, metric, levels }): FamilyOutcome => {
    if (levels.at(-2) === "status") return { kind: "parts", parts: [part(device, json, metric)] };
    const method = textAt(json, "method") ?? "";
    if (method === "NotifyEvent") return { kind: "ignored", what: "event" };
    const params = at(json, "params");
    if (!method.startsWith("Notify") || !isObject(params)) return { kind: "ignored", what: "command" };
    return { kind: "parts", parts: [part(textAt(json, "src") ?? device, params, "")] };
  },
};

function part(device: string, value: unknown, path: string): JsonPart {
  return {
    device,
    value,
    path,
    unitOf: (field) => GEN2_UNITS.get(leafOf(field)) ?? (field.endsWith("aenergy.total") ? "Wh" : null),
    isIdentifier: (field) =>
      /(^|\.)(id|source|mac|ssid|sta_ip|minute_ts|by_minute|unixtime|cfg_rev|kvs_rev|ram_size|fs_size|available_updates|wakeup_reason)$/.test(
        field,
      ),
  };
}

const GEN2_UNITS: ReadonlyMap<string, string> = new Map([
  ["apower", "W"],
  ["voltage", "V"],
  ["current", "A"],
  ["freq", "Hz"],
  ["tC", "°C"],
  ["tF", "°F"],
  ["rh", "%"],
  ["lux", "lx"],
  ["V", "V"],
  ["percent", "%"],
  ["rssi", "dBm"],
]);
