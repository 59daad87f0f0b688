import type { Command } from "commander";
import { keepYoungGenerationSmall } from "../../proto/runtime/young-generation.ts";

export function registerEdge(program: Command): void {
  program
    .command("edge")
    .description("run a gateway")
    .requiredOption("--config <file>", "its configuration (see deploy/examples/edge.yaml)")
    .action(async (options: { config: string }) => {
      keepYoungGenerationSmall();
      const { runEdge } = await import("../../edge/main.ts");
      await runEdge({ configPath: options.config });
    });
}
