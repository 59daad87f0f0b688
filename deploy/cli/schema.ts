import { regionOption } from "./command-options.ts";
import type { CliCommand } from "./cli-command.ts";

/** `tidemark schema`: the types and units of the series in a region, now and before. */
export function registerSchema(program: CliCommand): void {
  regionOption(program.command("schema").example("tidemark schema hall/press-3", "tidemark schema --changed --json"))
    .description("show which types and units series have, and had before")
    .argument("[device]", "only this device (default: all)")
    .option("--changed", "only series whose type or unit changed")
    .option("--json", "print the result as JSON, one series a line")
    .action(async (device: string | undefined, flags: { region: string; changed?: boolean; json?: boolean }) => {
      const { listSchema } = await import("../operator/schema-listing.ts");
      await listSchema(flags.region, { device, changed: flags.changed === true, json: flags.json === true });
    });
}
