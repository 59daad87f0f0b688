import type { CliCommand } from "./cli-command.ts";
import { commandOptions, regionOption, sendCommands } from "./command-options.ts";
import type { CommandFlags } from "./command-options.ts";

/**
 * `tidemark gateways`: lists the gateways, and decides between two that have one name. A decision is sent to one region and
 * replicates to all.
 */
export function registerGateways(program: CliCommand): void {
  const gateways = program
    .command("gateways")
    .description("list the gateways; choose one of two that have one name")
    .example("tidemark gateways list");

  regionOption(
    gateways
      .command("list")
      .example("tidemark gateways list", "tidemark gateways list --region http://10.0.1.5:8080 --json"),
  )
    .description("list the gateways, with what they delivered and from where they are connected")
    .option("--json", "print the result as JSON")
    .action(async (flags: { region: string; json?: boolean }) => {
      const { gatewayLines, listGateways } = await import("../operator/gateway-listing.ts");
      const listed = await listGateways(flags.region);
      process.stdout.write(`${flags.json === true ? JSON.stringify(listed) : gatewayLines(listed)}\n`);
    });

  const twin = gateways
    .command("twin")
    .description("decide which of two gateways with one name is accepted, in all regions")
    .example(`tidemark gateways twin keep plant-7 ${EXAMPLE_STREAM} ${EXAMPLE_FLAGS} "the new machine"`);

  commandOptions(
    twin
      .command("keep")
      .example(`tidemark gateways twin keep plant-7 ${EXAMPLE_STREAM} ${EXAMPLE_FLAGS} "the new machine"`),
  )
    .description("accept this one, and refuse every other gateway of the name, until release")
    .argument("<gateway>", "name of the gateway")
    .argument("<stream>", "stream of the one to keep, as gateways list shows it")
    .action(async (gateway: string, stream: string, flags: CommandFlags) => {
      await sendCommands(flags, [{ command: "keep_gateway", gateway, stream }], { flagNames: { stream: "<stream>" } });
    });

  commandOptions(
    twin
      .command("release")
      .example(`tidemark gateways twin release plant-7 ${EXAMPLE_FLAGS} "the old machine is switched off"`),
  )
    .description("take the decision back: the name belongs to the gateway that is connected")
    .argument("<gateway>", "name of the gateway")
    .action(async (gateway: string, flags: CommandFlags) => {
      await sendCommands(flags, [{ command: "keep_gateway", gateway, stream: null }]);
    });
}

const EXAMPLE_STREAM = "01936d3e-5b1c-7f00-9a51-1f6c2b6f0b6e";
const EXAMPLE_FLAGS = "--token-file operator.token --reason";
