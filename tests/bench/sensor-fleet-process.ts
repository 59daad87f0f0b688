/**
 * A fleet of sensors in a separate process. It gets orders over the IPC channel: the names of `SensorFleet`'s methods. Its
 * first argument is the fleet's options as JSON. It ends with its parent.
 */
import { SensorFleet, type FleetOptions } from "./sensor-fleet.ts";

export type FleetOrder =
  | { readonly order: "connect"; readonly atOnce: number }
  | { readonly order: "publish"; readonly seconds: number }
  | { readonly order: "storm" | "outlive" | "acknowledged" };

export type FleetAnswer =
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "failed"; readonly reason: string };

async function carryOut(fleet: SensorFleet, order: FleetOrder): Promise<unknown> {
  switch (order.order) {
    case "connect":
      return fleet.connect(order);
    case "publish":
      return fleet.publish(order);
    case "storm":
      return fleet.storm();
    case "outlive":
      return fleet.outlive();
    case "acknowledged":
      return [...fleet.acknowledgedByDevice];
  }
}

const fleet = new SensorFleet(JSON.parse(process.argv[2]!) as FleetOptions);
process.on("disconnect", () => process.exit(0));
process.on("message", (order: FleetOrder) => {
  void carryOut(fleet, order).then(
    (result) => process.send?.({ kind: "done", result } satisfies FleetAnswer),
    (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      process.send?.({ kind: "failed", reason } satisfies FleetAnswer);
    },
  );
});
