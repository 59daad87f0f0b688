import type { Family, FamilyOutcome } from "./family.ts";
import { at, isObject, textAt } from "./family.ts";

/**
 * The Things Stack: `v3/<application>/devices/<device>/up`. The device is the end-device id. The readings come from the
 * payload formatter of the application (thethingsindustries.com/docs/integrations/data-formats).
 */
export const theThingsStack: Family = {
  name: "the_things_stack",
  topic: (levels) => {
    if (levels[0] !== "v3" || levels[2] !== "devices" || levels.length < 5) return undefined;
    const event = levels.slice(4).join("/");
    if (event === "join") return { kind: "ignored", what: "join" };
    if (event.startsWith("down")) return { kind: "ignored", what: "downlink" };
    return { kind: "json", device: levels[3]!, metric: "value" };
  },
  payload: (json) => textAt(json, "end_device_ids", "device_id") !== undefined,
  parts: (json, { device: byTopic }): FamilyOutcome => {
    const device = textAt(json, "end_device_ids", "device_id") ?? byTopic;
    if (at(json, "join_accept") !== undefined) return { kind: "ignored", what: "join" };
    const uplink = at(json, "uplink_message");
    if (uplink === undefined) return { kind: "ignored", what: "downlink" };
    const decoded = at(uplink, "decoded_payload");
    if (!isObject(decoded))
      return { kind: "no_value", detail: "no decoded_payload: the application needs a payload formatter" };
    const timeMs =
      instant(textAt(uplink, "settings", "time")) ??
      instant(textAt(uplink, "received_at")) ??
      instant(textAt(json, "received_at"));
    return { kind: "parts", parts: [{ device, value: decoded, path: "", timeMs }] };
  },
};

/**
 * ChirpStack: `application/<id>/device/<devEUI>/event/up`. The readings come from its codec
 * (chirpstack.io/docs/chirpstack/integrations/events.html). Version 3 spells the keys differently.
 */
export const chirpstack: Family = {
  name: "chirpstack",
  topic: (levels) => {
    if (levels[0] !== "application" || levels[2] !== "device" || levels.length < 6) return undefined;
    if (levels[4] === "command") return { kind: "ignored", what: "command" };
    switch (levels[5]) {
      case "up":
      case "status":
        return { kind: "json", device: levels[3]!, metric: "value" };
      case "join":
        return { kind: "ignored", what: "join" };
      case "ack":
      case "txack":
        return { kind: "ignored", what: "downlink" };
      default:
        return { kind: "ignored", what: "log" };
    }
  },
  payload: (json) => textAt(json, "deviceInfo", "devEui") !== undefined,
  parts: (json, { device: byTopic }): FamilyOutcome => {
    const device = textAt(json, "deviceInfo", "devEui") ?? textAt(json, "devEUI") ?? byTopic;
    const timeMs = instant(textAt(json, "time"));
    const battery = at(json, "batteryLevel");
    if (battery !== undefined) {
      const value = { batteryLevel: battery, margin: at(json, "margin") ?? null };
      const unitOf = (path: string): string | null => (path === "batteryLevel" ? "%" : "dB");
      return { kind: "parts", parts: [{ device, value, path: "", timeMs, unitOf }] };
    }
    const object = at(json, "object") ?? parsed(textAt(json, "objectJSON"));
    if (!isObject(object)) return { kind: "no_value", detail: "no object: the device profile needs a codec" };
    return { kind: "parts", parts: [{ device, value: object, path: "", timeMs }] };
  },
};

function instant(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
