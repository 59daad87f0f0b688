import type { Command } from "commander";
import { regionOption } from "../operator/command-options.ts";

/** `tidemark schema`: which types and units the series of a region have, have had, and since when. */
export function registerSchema(program: Command): void {
  regionOption(program.command("schema"))
    .description("which types and units series have, and what they were before")
    .argument("[device]", "only this device (default: all)")
    .option("--changed", "only series that changed")
    .option("--json", "print the result as JSON, one series a line")
    .action(async (device: string | undefined, flags: { region: string; changed?: boolean; json?: boolean }) => {
      const { listSchema } = await import("../operator/schema-listing.ts");
      await listSchema(flags.region, { device, changed: flags.changed === true, json: flags.json === true });
    });
}
