import type { Family } from "./family.ts";

/**
 * ESPHome: `<node>/<component>/<name>/state` with a single value (esphome.io/components/mqtt).
 */
export const esphome: Family = {
  name: "esphome",
  topic: (levels) => {
    const leaf = levels.at(-1)!;
    const component = levels.at(-3);
    if (levels.length < 4 || component === undefined || !COMPONENTS.has(component)) return undefined;
    if (leaf === "command") return { kind: "ignored", what: "command" };
    if (leaf !== "state") return undefined;
    const device = levels.slice(0, -3).join("/");
    return { kind: "value", device, metric: `${component}.${levels.at(-2)}`, unit: null };
  },
};

const COMPONENTS: ReadonlySet<string> = new Set([
  "sensor",
  "binary_sensor",
  "text_sensor",
  "switch",
  "light",
  "fan",
  "cover",
  "climate",
  "number",
  "select",
  "lock",
]);
