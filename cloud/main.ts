import { systemClock } from "../proto/runtime/clock.ts";
import { runProcess } from "../proto/runtime/lifecycle.ts";
import { createLog } from "../proto/runtime/log.ts";
import { loadConfig } from "../proto/runtime/options/load-config.ts";
import { startRegion } from "./compose.ts";
import { cloudConfigSchema } from "./config.ts";

/** `tidemark cloud`: a region, until a signal or a fault ends it. */
export async function runCloud(options: { configPath: string }): Promise<void> {
  await runProcess(async (life) => {
    const path = options.configPath;
    const config = loadConfig({
      path,
      schema: cloudConfigSchema,
      other: {
        key: "gateway",
        ownKey: "region",
        message: "this is the configuration of a gateway",
        hint: `start it with tidemark edge --config ${path}`,
      },
    });
    const log = createLog({ ...config.log, name: `region ${config.region}` });
    await startRegion({ config, log, clock: systemClock, life });
  });
}
