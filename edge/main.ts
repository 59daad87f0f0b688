import { systemClock } from "../proto/runtime/clock.ts";
import { runProcess } from "../proto/runtime/lifecycle.ts";
import { createLog } from "../proto/runtime/log.ts";
import { loadConfig } from "../proto/runtime/options/load-config.ts";
import { startGateway } from "./compose.ts";
import { edgeConfigSchema } from "./config.ts";

/** `tidemark edge`: a gateway, until a signal or a fault ends it. */
export async function runEdge(options: { configPath: string }): Promise<void> {
  await runProcess(async (life) => {
    const path = options.configPath;
    const config = loadConfig({
      path,
      schema: edgeConfigSchema,
      other: {
        key: "region",
        ownKey: "gateway",
        message: "this is the configuration of a region",
        hint: `start it with tidemark cloud --config ${path}`,
      },
    });
    const log = createLog({ ...config.log, name: `gateway ${config.gateway}` });
    await startGateway({ config, log, clock: systemClock, life });
  });
}
