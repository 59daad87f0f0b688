import type { DecoderMemory } from "./decoder-memory.ts";
import { at, isObject, textAt } from "./families/family.ts";

/**
 * Home Assistant's MQTT discovery (home-assistant.io/integrations/mqtt, "MQTT discovery"): retained messages in which devices
 * say which unit the value at some place of some topic has. Nothing is renamed by it: a series that changed its name when
 * a retained message arrived would be two.
 */
export class HomeAssistantUnits {
  readonly #memory: DecoderMemory;

  constructor(memory: DecoderMemory) {
    this.#memory = memory;
  }

  /** @returns the topic about which something was learned; undefined: nothing new. */
  learn(json: unknown): string | undefined {
    const said = discovered(json);
    if (said === undefined) return undefined;
    const units = this.unitsOf(said.topic) ?? new Map<string, string>();
    if (units.get(said.path) === said.unit || units.size >= PATHS_MAX) return undefined;
    const next = new Map(units).set(said.path, said.unit);
    this.#memory.set(memoryKey(said.topic), JSON.stringify([...next]));
    return said.topic;
  }

  /** By path in the payload; the empty path is a payload of one value. Undefined: nothing is known about this topic. */
  unitsOf(topic: string): ReadonlyMap<string, string> | undefined {
    const text = this.#memory.get(memoryKey(topic));
    if (text === undefined) return undefined;
    try {
      return new Map(JSON.parse(text) as [string, string][]);
    } catch {
      // What was spoiled is learned again.
      return undefined;
    }
  }
}

/** `homeassistant/<component>/[<node>/]<object>/config`. */
export function isDiscovery(levels: readonly string[]): boolean {
  return levels[0] === "homeassistant" && levels.at(-1) === "config" && (levels.length === 4 || levels.length === 5);
}

function discovered(json: unknown): { topic: string; path: string; unit: string } | undefined {
  const unit = textAt(json, "unit_of_measurement") ?? textAt(json, "unit_of_meas");
  const stateTopic = textAt(json, "state_topic") ?? textAt(json, "stat_t");
  if (!isObject(json) || unit === undefined || stateTopic === undefined || unit.length > UNIT_MAX) return undefined;
  const base = textAt(json, "~") ?? "";
  const topic = stateTopic.startsWith("~")
    ? base + stateTopic.slice(1)
    : stateTopic.endsWith("~")
      ? stateTopic.slice(0, -1) + base
      : stateTopic;
  const path = pathIn(at(json, "value_template") ?? at(json, "val_tpl"));
  if (topic.length > TOPIC_MAX) return undefined;
  return path === undefined || path.length > PATH_MAX ? undefined : { topic, path, unit };
}

/**
 * The path of keys in a template that only picks a value: `{{ value_json.ENERGY.Power }}`, `{{ value_json['tempc'] | round(1) }}`.
 * Undefined: it computes something, and whose unit that is cannot be told.
 */
function pathIn(template: unknown): string | undefined {
  if (template === undefined) return "";
  if (typeof template !== "string" || template.length > TEMPLATE_MAX) return undefined;
  const inner = /^\{\{-?\s*([^{}]*?)\s*-?\}\}$/.exec(template.trim())?.[1];
  const picked =
    inner === undefined
      ? undefined
      : /^(value(?:_json)?)((?:\.\w+|\[['"]?[^'"\]]+['"]?\])*)(?:\s*\|[^|+*/]*)*$/.exec(inner);
  if (picked === null || picked === undefined) return undefined;
  if (picked[1] === "value") return "";
  const keys = [...picked[2]!.matchAll(/\.(\w+)|\[['"]?([^'"\]]+)['"]?\]/g)].map((key) => key[1] ?? key[2]!);
  return keys.length === 0 ? undefined : keys.join(".");
}

function memoryKey(topic: string): string {
  return `home_assistant/${topic}`;
}

const UNIT_MAX = 32;
/** Longer ones the broker refuses. */
const TOPIC_MAX = 1024;
const PATH_MAX = 256;
const PATHS_MAX = 200;
const TEMPLATE_MAX = 500;
