import { keepYoungGenerationSmall } from "../../proto/runtime/young-generation.ts";
import type { CliCommand } from "./cli-command.ts";

export function registerEdge(program: CliCommand): void {
  program
    .command("edge")
    .description("run a gateway")
    .requiredOption("--config <file>", "its configuration (deploy/examples/edge.yaml shows every key)")
    .example("tidemark edge --config edge.yaml")
    .action(async (options: { config: string }) => {
      keepYoungGenerationSmall();
      const { runEdge } = await import("../../edge/main.ts");
      await runEdge({ configPath: options.config });
    });
}
