import type { DecoderMemory } from "./decoder-memory.ts";
import { at, isObject, textAt } from "./families/family.ts";

/**
 * Home Assistant's MQTT discovery (home-assistant.io/integrations/mqtt, "MQTT discovery"). A device publishes retained
 * messages with its name, and with the name and the unit of each value in the payloads of a topic.
 *
 * A discovered name must not rename a series that exists. So the first name of a value stays, and no two values get the
 * same name. If a series with the name from the topic exists already, the caller keeps that name.
 */
export class HomeAssistantDiscovery {
  readonly #memory: DecoderMemory;

  constructor(memory: DecoderMemory) {
    this.#memory = memory;
  }

  /** @returns the topic whose units or names changed; undefined: no topic. */
  add(json: unknown): string | undefined {
    const found = discoveredIn(json);
    if (found === undefined) return undefined;
    const { topic, path } = found;
    const all = this.valuesOf(topic) ?? new Map<string, DiscoveredValue>();
    const before = all.get(path);
    const names = before?.names ?? this.#ownNames(found);
    const unit = found.unit ?? before?.unit ?? null;
    const isNew =
      before === undefined ? unit !== null || names !== null : before.unit !== unit || before.names !== names;
    if (!isNew || (before === undefined && all.size >= PATHS_MAX)) return undefined;
    const next = new Map(all).set(path, { unit, names });
    const rows = [...next].map(([key, one]) => [key, one.unit, one.names?.device ?? null, one.names?.metric ?? null]);
    this.#memory.set(memoryKey(topic), JSON.stringify(rows));
    return topic;
  }

  /** By path in the payload. The empty path is a payload with a single value. Undefined: nothing is known about the topic. */
  valuesOf(topic: string): ReadonlyMap<string, DiscoveredValue> | undefined {
    const text = this.#memory.get(memoryKey(topic));
    if (text === undefined) return undefined;
    try {
      const rows = JSON.parse(text) as [string, string | null, (string | null)?, (string | null)?][];
      return new Map(
        rows.map(([path, unit, device, metric]) => {
          const isNamed = typeof device === "string" && typeof metric === "string";
          return [path, { unit, names: isNamed ? { device, metric } : null }];
        }),
      );
    } catch {
      // A damaged entry is ignored. The retained discovery message will come again.
      return undefined;
    }
  }

  /** The discovered names; null: the message has no names, or another value has them already. */
  #ownNames({ topic, path, device, name }: Discovery): DiscoveredValue["names"] {
    if (device === undefined) return null;
    // In a payload with several values the path is the metric, because only paths always differ.
    const metric = path === "" ? name : path;
    if (metric === undefined || device.length + metric.length > NAMES_MAX) return null;
    const key = `home_assistant_name/${JSON.stringify([device, metric])}`;
    const owner = JSON.stringify([topic, path]);
    const known = this.#memory.get(key);
    if (known !== undefined && known !== owner) return null;
    this.#memory.set(key, owner);
    return { device, metric };
  }
}

/** The discovered unit and names of one value. */
export type DiscoveredValue = {
  readonly unit: string | null;
  readonly names: { readonly device: string; readonly metric: string } | null;
};

type Discovery = {
  readonly topic: string;
  readonly path: string;
  readonly unit: string | undefined;
  readonly device: string | undefined;
  readonly name: string | undefined;
};

/** `homeassistant/<component>/[<node>/]<object>/config`. */
export function isDiscovery(levels: readonly string[]): boolean {
  return levels[0] === "homeassistant" && levels.at(-1) === "config" && (levels.length === 4 || levels.length === 5);
}

function discoveredIn(json: unknown): Discovery | undefined {
  const stateTopic = textAt(json, "state_topic") ?? textAt(json, "stat_t");
  if (!isObject(json) || stateTopic === undefined) return undefined;
  const base = textAt(json, "~") ?? "";
  const topic = stateTopic.startsWith("~")
    ? base + stateTopic.slice(1)
    : stateTopic.endsWith("~")
      ? stateTopic.slice(0, -1) + base
      : stateTopic;
  const path = pathIn(at(json, "value_template") ?? at(json, "val_tpl"));
  if (topic.length > TOPIC_MAX || path === undefined || path.length > PATH_MAX) return undefined;
  const unit = textAt(json, "unit_of_measurement") ?? textAt(json, "unit_of_meas");
  return {
    topic,
    path,
    unit: unit !== undefined && unit.length <= UNIT_MAX ? unit : undefined,
    device: textAt(json, "device", "name") ?? textAt(json, "dev", "name"),
    name: textAt(json, "name"),
  };
}

/**
 * The path of keys in a template that only picks a value: `{{ value_json.ENERGY.Power }}`, `{{ value_json['tempc'] | round(1) }}`.
 * Undefined: the template computes something, so its unit is not the unit of the value in the payload.
 */
function pathIn(template: unknown): string | undefined {
  if (template === undefined) return "";
  if (typeof template !== "string" || template.length > TEMPLATE_MAX) return undefined;
  const inner = innerOf(template.trim());
  const picked = inner === undefined ? null : /^(value(?:_json)?)((?:\.\w+|\[['"]?[^'"\]]+['"]?\])*)/.exec(inner);
  if (inner === undefined || picked === null) return undefined;
  const filters = inner.slice(picked[0].length).trimStart();
  if (filters !== "" && (filters[0] !== "|" || /[+*/]/.test(filters))) return undefined;
  if (picked[1] === "value") return "";
  const keys = [...picked[2]!.matchAll(/\.(\w+)|\[['"]?([^'"\]]+)['"]?\]/g)].map((key) => key[1] ?? key[2]!);
  return keys.length === 0 ? undefined : keys.join(".");
}

/** The text between `{{` and `}}`. It uses no pattern, because one with several `\s*` takes time cubic in the length. */
function innerOf(template: string): string | undefined {
  if (template.length < 4 || !template.startsWith("{{") || !template.endsWith("}}")) return undefined;
  let inner = template.slice(2, -2);
  if (inner.startsWith("-")) inner = inner.slice(1);
  if (inner.endsWith("-")) inner = inner.slice(0, -1);
  return /[{}]/.test(inner) ? undefined : inner.trim();
}

function memoryKey(topic: string): string {
  return `home_assistant/${topic}`;
}

const UNIT_MAX = 32;
/** The broker refuses longer topics. */
const TOPIC_MAX = 1024;
const PATH_MAX = 256;
const PATHS_MAX = 200;
/** Characters of device and metric together. */
const NAMES_MAX = 512;
const TEMPLATE_MAX = 500;
