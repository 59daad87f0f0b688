import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { SensorFleet } from "../bench/sensor-fleet.ts";
import { deployment, statusOf } from "../support/deployment.ts";

const OPEN_FILES = 400;
const SENSORS = 100;
const CROWD = 600;

test.runIf(process.platform === "linux")(
  "a crowd of connections does not take the files that the gateway needs: it refuses them and serves its sensors",
  async () => {
    const site = await deployment();
    const gateway = await site.gateways[0]!.start({
      wrapper: ["sh", "-c", `ulimit -n ${OPEN_FILES}; exec "$@"`, "sh"],
    });
    const port = Number(new URL(site.mqttUrl).port);
    const fleet = new SensorFleet({ host: "127.0.0.1", port, sensors: SENSORS, prefix: "fleet" });
    onTestFinished(() => fleet.close());
    await fleet.connect({ atOnce: 20 });

    const crowd = Array.from({ length: CROWD }, () =>
      connect({ host: "127.0.0.1", port }).on("error", () => undefined),
    );
    onTestFinished(() => crowd.forEach((socket) => socket.destroy()));
    await new Promise<void>((refused) => crowd.forEach((socket) => socket.once("close", () => refused())));

    expect(await fleet.publish({ seconds: 4 })).toMatchObject({ messages: 4 * SENSORS });
    expect(gateway.running).toBe(true);
    const { mqtt } = await statusOf({ url: site.gatewayUrl });
    expect(mqtt.connections).toBeGreaterThanOrEqual(SENSORS);
    expect(mqtt.connections).toBeLessThan(OPEN_FILES);
  },
);
