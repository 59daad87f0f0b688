import type { DecoderMemory } from "./decoder-memory.ts";
import { at, isObject, textAt } from "./families/family.ts";

/**
 * Home Assistant's MQTT discovery (home-assistant.io/integrations/mqtt, "MQTT discovery"): retained messages in which devices
 * say which unit the value at some place of some topic has, and what they call themselves and the value.
 *
 * A name must not change what a series is. So the first name that was said for a value holds, whatever is said later; no
 * two values get the same; and the one who asks keeps to the topic's own name where a series has that already.
 */
export class HomeAssistantDiscovery {
  readonly #memory: DecoderMemory;

  constructor(memory: DecoderMemory) {
    this.#memory = memory;
  }

  /** @returns the topic about which something was learned; undefined: nothing new. */
  learn(json: unknown): string | undefined {
    const said = discovered(json);
    if (said === undefined) return undefined;
    const { topic, path } = said;
    const all = this.describedBy(topic) ?? new Map<string, Described>();
    const before = all.get(path);
    const names = before?.names ?? this.#ownNames(said);
    const unit = said.unit ?? before?.unit ?? null;
    const isNew =
      before === undefined ? unit !== null || names !== null : before.unit !== unit || before.names !== names;
    if (!isNew || (before === undefined && all.size >= PATHS_MAX)) return undefined;
    const next = new Map(all).set(path, { unit, names });
    const rows = [...next].map(([at_, of]) => [at_, of.unit, of.names?.device ?? null, of.names?.metric ?? null]);
    this.#memory.set(memoryKey(topic), JSON.stringify(rows));
    return topic;
  }

  /** By path in the payload; the empty path is a payload of one value. Undefined: nothing is known about this topic. */
  describedBy(topic: string): ReadonlyMap<string, Described> | undefined {
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
      // What was spoiled is learned again.
      return undefined;
    }
  }

  /** What it calls device and value; null: it says no name, or it is the name of another value. */
  #ownNames({ topic, path, device, name }: Discovered): Described["names"] {
    if (device === undefined) return null;
    // In a payload of several values the path tells them apart, whatever people call them.
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

/** What discovery says of one value. */
export type Described = {
  readonly unit: string | null;
  readonly names: { readonly device: string; readonly metric: string } | null;
};

type Discovered = {
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

function discovered(json: unknown): Discovered | undefined {
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
 * Undefined: it computes something, and whose unit that is cannot be told.
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

/** What stands between `{{` and `}}`; by hand, because a pattern with several `\s*` takes the cube of the length. */
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
/** Longer ones the broker refuses. */
const TOPIC_MAX = 1024;
const PATH_MAX = 256;
const PATHS_MAX = 200;
/** Device and metric together, in characters. */
const NAMES_MAX = 512;
const TEMPLATE_MAX = 500;
