import type { ZodType } from "zod";
import { Fault } from "../../proto/core/fault.ts";
import type { CliCommand } from "./cli-command.ts";

export function registerCheck(program: CliCommand): void {
  program
    .command("check")
    .description("check a configuration or a drill; each mistake is shown with its line and with what is accepted")
    .argument("<file>", "configuration of a gateway or of a region, a drill, or a deployment for drills")
    .option("--json", "print the result as JSON")
    .example("tidemark check edge.yaml", "tidemark check cloud.yaml --json", "tidemark check mine.yaml")
    .action(async (file: string, options: { json?: boolean }) => {
      const result = await checkedFile(file);
      if (options.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
      else if (result.ok) process.stdout.write(`${file}: OK, ${result.summary}\n`);
      else process.stderr.write(`${result.mistakes}\n`);
      process.exitCode = result.ok ? 0 : 1;
    });
}

export type CheckedFile =
  | { readonly ok: true; readonly file: string; readonly summary: string }
  | { readonly ok: false; readonly file: string; readonly mistakes: string };

/** Reads a file as what its keys say that it is. */
export async function checkedFile(file: string): Promise<CheckedFile> {
  try {
    return { ok: true, file, summary: await summaryOf(file) };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, file, mistakes: error.line };
    throw error;
  }
}

/** Each kind of file has a key of its own at the top level. The key may be misspelt; then the check of that kind says so. */
async function summaryOf(file: string): Promise<string> {
  const { topLevelKeys } = await import("../../proto/runtime/options/load-config.ts");
  const { nearestWord } = await import("../../proto/runtime/options/nearest-word.ts");
  const keys = topLevelKeys(file);
  const meant = new Set(keys.map((key) => nearestWord(key, [...KEYS, ...OTHER_KEYS])));
  const key = KEYS.find((one) => keys.includes(one)) ?? KEYS.find((one) => meant.has(one));
  if (key !== undefined) return KINDS[key](file);
  // An empty file, or one that is not YAML. Any schema reports that.
  if (keys.length === 0) return KINDS.gateway(file);
  throw new Fault({
    code: "config",
    message: `${file}: this is no configuration of a gateway or a region, no drill, and no deployment for drills`,
    hint: "expected the key gateway, region, drill or target at the top level",
  });
}

/** The key that tells the kind of a file, and what such a file says in one sentence. */
const KINDS = {
  gateway: async (file) => {
    const { gateway, mqtt, regions, dataDir } = await loaded(
      file,
      (await import("../../edge/config.ts")).edgeConfigSchema,
    );
    const listeners = mqtt.listeners.map((listener) => `${listener.protocol}://${listener.host}:${listener.port}`);
    const names = regions.map((region) => region.name);
    return `gateway ${gateway}: accepts sensors on ${listeners.join(", ")}, forwards to ${names.join(", ")}, keeps data in ${dataDir}`;
  },
  region: async (file) => {
    const { region, ingest, http, dataDir } = await loaded(
      file,
      (await import("../../cloud/config.ts")).cloudConfigSchema,
    );
    return `region ${region}: accepts batches on ${ingest.host}:${ingest.port}, answers on ${http.host}:${http.port}, keeps data in ${dataDir}`;
  },
  drill: async (file) => {
    const { blastRadius, planSteps } = await import("../drill/drill-plan.ts");
    const { sandboxParts } = await import("../drill/drill-text.ts");
    const drill = await loaded(file, (await import("../drill/drill-file.ts")).drillSchema);
    const steps = planSteps(drill, sandboxParts(drill));
    const where = drill.onlySandbox
      ? "in its sandbox only"
      : "in its sandbox; on a deployment it hits the parts with these roles";
    return `drill ${drill.drill}: hits ${blastRadius(steps)}, ${where}`;
  },
  target: async (file) => {
    const schema = (await import("../drill/deployment-file.ts")).deploymentSchema;
    const { target, production, regions, gateways } = await loaded(file, schema);
    const names = (parts: readonly { name: string }[]): string => parts.map(({ name }) => name).join(", ");
    const asked = production ? "a drill asks for its name first" : "a drill begins without a question";
    return `deployment ${target}: regions ${names(regions)}, gateways ${names(gateways)}; ${asked}`;
  },
} as const satisfies Readonly<Record<string, (file: string) => Promise<string>>>;
/** In this order, if a file has the keys of two kinds. */
const KEYS = ["gateway", "region", "drill", "target"] as const satisfies readonly (keyof typeof KINDS)[];
/** Right keys that differ from one of {@link KEYS} by a letter. */
const OTHER_KEYS = ["gateways", "regions"];

async function loaded<T>(path: string, schema: (folder: string) => ZodType<T>): Promise<T> {
  const { loadConfig } = await import("../../proto/runtime/options/load-config.ts");
  return loadConfig({ path, schema });
}
