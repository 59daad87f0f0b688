import { Fault } from "../../proto/core/fault.ts";
import type { CliCommand } from "./cli-command.ts";

export function registerCheck(program: CliCommand): void {
  program
    .command("check")
    .description("check a configuration file; each mistake is shown with its line and with what is accepted")
    .argument("<file>", "configuration of a gateway or of a region")
    .option("--json", "print the result as JSON")
    .example("tidemark check edge.yaml", "tidemark check cloud.yaml --json")
    .action(async (file: string, options: { json?: boolean }) => {
      const result = await checked(file);
      if (options.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
      else if (result.ok) process.stdout.write(`${file}: OK, ${result.summary}\n`);
      else process.stderr.write(`${result.mistakes}\n`);
      process.exitCode = result.ok ? 0 : 1;
    });
}

type Checked =
  | { readonly ok: true; readonly file: string; readonly summary: string }
  | { readonly ok: false; readonly file: string; readonly mistakes: string };

async function checked(file: string): Promise<Checked> {
  try {
    return { ok: true, file, summary: await summaryOf(file) };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, file, mistakes: error.line };
    throw error;
  }
}

/** A gateway's configuration has the key `gateway`, a region's the key `region`. Either may be misspelt. */
async function summaryOf(file: string): Promise<string> {
  const { loadConfig, topLevelKeys } = await import("../../proto/runtime/options/load-config.ts");
  const { nearestWord } = await import("../../proto/runtime/options/nearest-word.ts");
  const keys = topLevelKeys(file);
  const kinds = keys.map((key) => nearestWord(key, ["gateway", "region"]));
  if (kinds.includes("region") && !kinds.includes("gateway")) {
    const { cloudConfigSchema } = await import("../../cloud/config.ts");
    const { region, ingest, http, dataDir } = loadConfig({ path: file, schema: cloudConfigSchema });
    return `region ${region}: accepts batches on ${ingest.host}:${ingest.port}, answers on ${http.host}:${http.port}, keeps data in ${dataDir}`;
  }
  if (keys.length > 0 && !kinds.includes("gateway")) {
    throw new Fault({
      code: "config",
      message: `${file}: this is neither the configuration of a gateway nor that of a region`,
      hint: "expected the key gateway or the key region at the top level",
    });
  }
  const { edgeConfigSchema } = await import("../../edge/config.ts");
  const { gateway, mqtt, regions, dataDir } = loadConfig({ path: file, schema: edgeConfigSchema });
  const listeners = mqtt.listeners.map((listener) => `${listener.protocol}://${listener.host}:${listener.port}`);
  const names = regions.map((region) => region.name);
  return `gateway ${gateway}: accepts sensors on ${listeners.join(", ")}, forwards to ${names.join(", ")}, keeps data in ${dataDir}`;
}
