import type { Family, FamilyOutcome } from "./family.ts";
import { textAt } from "./family.ts";

/** OwnTracks: `owntracks/<user>/<device>`. Only locations are readings (owntracks.org/booklet/tech/json). */
export const owntracks: Family = {
  name: "owntracks",
  topic: (levels) => {
    if (levels[0] !== "owntracks" || levels.length < 3) return undefined;
    if (levels[3] === "cmd") return { kind: "ignored", what: "command" };
    return { kind: "json", device: levels.slice(1, 3).join("/"), metric: "value" };
  },
  parts: (json, { device }): FamilyOutcome => {
    switch (textAt(json, "_type")) {
      case "location":
        return {
          kind: "parts",
          parts: [
            {
              device,
              value: json,
              path: "",
              unitOf: (path) => UNITS.get(path) ?? null,
              isIdentifier: (path) => NOT_READINGS.has(path),
            },
          ],
        };
      case "lwt":
        return { kind: "ignored", what: "availability" };
      case "cmd":
        return { kind: "ignored", what: "command" };
      default:
        return { kind: "ignored", what: "event" };
    }
  },
};

const UNITS: ReadonlyMap<string, string> = new Map([
  ["lat", "°"],
  ["lon", "°"],
  ["cog", "°"],
  ["acc", "m"],
  ["vac", "m"],
  ["alt", "m"],
  ["rad", "m"],
  ["vel", "km/h"],
  ["p", "kPa"],
  ["batt", "%"],
]);
const NOT_READINGS: ReadonlySet<string> = new Set([
  "_type",
  "_id",
  "tid",
  "t",
  "topic",
  "conn",
  "SSID",
  "BSSID",
  "created_at",
  "inregions",
  "inrids",
  "poi",
  "tag",
  "isotst",
]);
