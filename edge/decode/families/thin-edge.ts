import type { Family, FamilyOutcome } from "./family.ts";

/**
 * thin-edge.io: `te/<device>/<id>/<service>/<id>/m/<type>`. Levels may be empty. Empty levels are not part of a name
 * (thin-edge.github.io/thin-edge.io/references/mqtt-api).
 */
export const thinEdge: Family = {
  name: "thin_edge",
  topic: (levels) => {
    if (levels[0] === "tedge" && levels[1] === "measurements") {
      return { kind: "json", device: levels[2] ?? "main", metric: "value" };
    }
    if (levels[0] !== "te" || levels.length < 4) return undefined;
    const channel = levels.findIndex((level, i) => i >= 3 && CHANNELS.has(level));
    if (channel < 0) return undefined;
    const device = levels.slice(1, channel).join("/");
    switch (levels[channel]) {
      case "m":
        return levels.at(-1) === "meta"
          ? { kind: "ignored", what: "discovery" }
          : { kind: "json", device, metric: "value" };
      case "e":
      case "a":
        return { kind: "ignored", what: "event" };
      case "cmd":
        return { kind: "ignored", what: "command" };
      case "status":
        return { kind: "ignored", what: "availability" };
      default:
        return { kind: "ignored", what: "attributes" };
    }
  },
  parts: (json, { device }): FamilyOutcome => ({ kind: "parts", parts: [{ device, value: json, path: "" }] }),
};

const CHANNELS: ReadonlySet<string> = new Set(["m", "e", "a", "cmd", "status", "twin"]);
