import type { Family, FamilyOutcome } from "./family.ts";

/**
 * Victron's GX devices: `N/<portal>/<service>/<instance>/<path>` with `{"value": x}`. Topics with `R/` and `W/` are requests
 * to the devices (github.com/victronenergy/dbus-flashmq).
 */
export const victron: Family = {
  name: "victron",
  topic: (levels) => {
    if (!/^[NRW]$/.test(levels[0]!) || levels.length < 3 || !/^[0-9a-f]{12}$/.test(levels[1]!)) return undefined;
    if (levels[0] !== "N" || levels[2] === "keepalive") return { kind: "ignored", what: "command" };
    if (levels.length < 5) return { kind: "ignored", what: "identifier" };
    return { kind: "json", device: levels.slice(1, 4).join("/"), metric: levels.slice(4).join(".") };
  },
  parts: (json, { device, metric }): FamilyOutcome => ({
    kind: "parts",
    parts: [{ device, value: json, path: metric, isIdentifier: (path) => /\.(min|max)$/.test(path) }],
  }),
};
