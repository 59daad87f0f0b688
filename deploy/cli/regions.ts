import type { Command } from "commander";
import { commandOptions, regionOption, sendCommands } from "../operator/command-options.ts";
import type { CommandFlags } from "../operator/command-options.ts";

/**
 * `tidemark regions`: which regions there are. A change is commanded in one region and replicates to all of them; it is
 * refused where it would leave too few regions, or batches with too few copies.
 */
export function registerRegions(program: Command): void {
  const regions = program
    .command("regions")
    .description("list the regions, and say which ones join, leave or are lost");

  regionOption(regions.command("list"))
    .description("which regions there are, and where they stand")
    .option("--json", "print the result as JSON")
    .action(async (flags: { region: string; json?: boolean }) => {
      const { listRegions, regionLines } = await import("../operator/region-listing.ts");
      const listed = await listRegions(flags.region);
      process.stdout.write(`${flags.json === true ? JSON.stringify({ regions: listed }) : regionLines(listed)}\n`);
    });

  change(regions, "add", "a region joins: it is given everything, and becomes a member when it has all of it")
    .requiredOption("--url <url>", "where other regions reach it, such as https://ap.example.com:7443")
    .option("--gateway-url <url>", "where gateways reach it (default: the same address)")
    .action(async (region: string, flags: CommandFlags & { url: string; gatewayUrl?: string }) => {
      const { url, gatewayUrl } = flags;
      await set(flags, region, "joining", { url, ...(gatewayUrl === undefined ? {} : { gateway_url: gatewayUrl }) });
    });

  change(regions, "leave", "a region leaves: it still gives what it has, and its copies count no more").action(
    async (region: string, flags: CommandFlags) => set(flags, region, "leaving"),
  );

  change(regions, "stay", "a region that was leaving stays a member").action(
    async (region: string, flags: CommandFlags) => set(flags, region, "member"),
  );

  change(regions, "lost", "a region is gone for ever: nobody connects to it, and nothing waits for it")
    .option("--accept-loss", "also where batches are left with too few copies, or with none")
    .action(async (region: string, flags: CommandFlags & { acceptLoss?: true }) =>
      set(flags, region, "lost", flags.acceptLoss === true ? { accept_loss: true } : {}),
    );
}

function change(regions: Command, name: string, description: string): Command {
  return commandOptions(regions.command(name)).description(description).argument("<name>", "name of the region");
}

async function set(flags: CommandFlags, region: string, state: string, more: object = {}): Promise<void> {
  await sendCommands(flags, [{ command: "set_member", region, state, ...more }]);
}
