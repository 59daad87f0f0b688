import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Fault } from "../../proto/core/fault.ts";
import { loadConfig } from "../../proto/runtime/options/load-config.ts";
import { nearestWord } from "../../proto/runtime/options/nearest-word.ts";
import type { Drill } from "./drill-file.ts";
import { drillSchema } from "./drill-file.ts";

/** The drills that come with Tidemark, in the order of their names. @throws Fault when one of them has a mistake. */
export function allDrills(): readonly Drill[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".yaml"))
    .toSorted()
    .map((file) => load(join(FOLDER, file)));
}

/** @param name of a drill that comes with Tidemark, or the path of a file. @throws Fault */
export function findDrill(name: string): Drill {
  if (name.endsWith(".yaml") || name.endsWith(".yml")) return load(name);
  const names = readdirSync(FOLDER).flatMap((file) => (file.endsWith(".yaml") ? [basename(file, ".yaml")] : []));
  // Only a known name becomes a path, never the text that somebody typed.
  if (names.includes(name)) return load(join(FOLDER, `${name}.yaml`));
  const nearest = nearestWord(name, [...names, ALL]);
  throw new Fault({
    code: "usage",
    message: `there is no drill ${JSON.stringify(name)}`,
    hint:
      nearest === undefined
        ? "`tidemark drill list` names them; for a drill of your own give the path of its .yaml file"
        : `did you mean ${nearest}?`,
  });
}

function load(path: string): Drill {
  return loadConfig({ path, schema: drillSchema, what: "a drill" });
}

/** Instead of a name: all drills that are possible. */
export const ALL = "all";
const FOLDER = fileURLToPath(new URL("../drills", import.meta.url));
