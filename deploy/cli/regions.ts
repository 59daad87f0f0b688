import type { Command } from "commander";
import type { MemberState } from "../../proto/core/member.ts";
import { commandOptions, regionOption, sendCommands } from "./command-options.ts";
import type { CommandFlags } from "./command-options.ts";
import type { CliCommand } from "./cli-command.ts";

/**
 * `tidemark regions`: lists and changes the members. A change is sent to one region and replicates to all. A region refuses
 * it if too few regions, or too few copies of a batch, would be left.
 */
export function registerRegions(program: CliCommand): void {
  const regions = program
    .command("regions")
    .description("list the regions; let one join, leave, stay, or be given up")
    .example("tidemark regions list");

  regionOption(
    regions
      .command("list")
      .example("tidemark regions list", "tidemark regions list --region http://10.0.1.5:8080 --json"),
  )
    .description("list the regions, with their state and how far each is behind")
    .option("--json", "print the result as JSON")
    .action(async (flags: { region: string; json?: boolean }) => {
      const { listRegions, regionLines } = await import("../operator/region-listing.ts");
      const listed = await listRegions(flags.region);
      process.stdout.write(`${flags.json === true ? JSON.stringify({ regions: listed }) : regionLines(listed)}\n`);
    });

  change(regions, "add", {
    description: "let a region join: it gets all data, and becomes a member when it has all of it",
    example: `tidemark regions add ap --url https://ap.example.com:7443 ${EXAMPLE_FLAGS} "third site"`,
  })
    .requiredOption("--url <url>", "where the other regions reach it, such as https://ap.example.com:7443")
    .option("--gateway-url <url>", "where gateways reach it (default: the same address)")
    .action(async (region: string, flags: CommandFlags & { url: string; gatewayUrl?: string }) => {
      const { url, gatewayUrl } = flags;
      await set(flags, region, "joining", { url, ...(gatewayUrl === undefined ? {} : { gateway_url: gatewayUrl }) });
    });

  change(regions, "leave", {
    description: "let a region leave: it still sends what it has, and its copies no longer count",
    example: `tidemark regions leave us ${EXAMPLE_FLAGS} "new hardware"`,
  }).action(async (region: string, flags: CommandFlags) => set(flags, region, "leaving"));

  change(regions, "stay", {
    description: "make a leaving region a member again",
    example: `tidemark regions stay us ${EXAMPLE_FLAGS} "hardware is replaced"`,
  }).action(async (region: string, flags: CommandFlags) => set(flags, region, "member"));

  change(regions, "lost", {
    description: "give up a region for ever: nothing connects to it or waits for it any more",
    example: `tidemark regions lost eu ${EXAMPLE_FLAGS} "burnt down"`,
  })
    .option("--accept-loss", "even if batches have too few copies left, or none")
    .action(async (region: string, flags: CommandFlags & { acceptLoss?: true }) =>
      set(flags, region, "lost", flags.acceptLoss === true ? { accept_loss: true } : {}),
    );
}

function change(
  regions: CliCommand,
  name: string,
  { description, example }: { description: string; example: string },
): Command {
  return commandOptions(regions.command(name).example(example))
    .description(description)
    .argument("<name>", "name of the region");
}

const EXAMPLE_FLAGS = "--token-file operator.token --reason";

async function set(
  flags: CommandFlags,
  region: string,
  state: MemberState,
  more: { url?: string; gateway_url?: string; accept_loss?: true } = {},
): Promise<void> {
  await sendCommands(flags, [{ command: "set_member", region, state, ...more }]);
}
