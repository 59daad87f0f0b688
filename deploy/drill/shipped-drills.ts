import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Fault } from "../../proto/core/fault.ts";
import { loadConfig } from "../../proto/runtime/options/load-config.ts";
import type { Drill } from "./drill-file.ts";
import { drillSchema } from "./drill-file.ts";

/** The drills that come with Tidemark, and those that somebody wrote. */

/** By name. @throws Fault when one of them has a mistake. */
export function allDrills(): readonly Drill[] {
  return readdirSync(SHELF)
    .filter((file) => file.endsWith(".yaml"))
    .toSorted()
    .map((file) => load(join(SHELF, file)));
}

/** @param name of a drill that comes with Tidemark, or the path of a file. @throws Fault */
export function findDrill(name: string): Drill {
  if (name.endsWith(".yaml") || name.endsWith(".yml")) return load(name);
  const names = readdirSync(SHELF).flatMap((file) => (file.endsWith(".yaml") ? [basename(file, ".yaml")] : []));
  // Looked up among the names that there are: what somebody typed is no path.
  if (names.includes(name)) return load(join(SHELF, `${name}.yaml`));
  throw new Fault({
    code: "usage",
    message: `there is no drill ${JSON.stringify(name)}`,
    hint: `\`tidemark drill list\` names them; your own is given as the path of a .yaml file`,
  });
}

function load(path: string): Drill {
  return loadConfig({ path, schema: drillSchema });
}

const SHELF = fileURLToPath(new URL("../drills", import.meta.url));
