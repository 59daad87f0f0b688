import { uuidV7 } from "../../proto/core/uuid-v7.ts";
import { sealed, windowOf } from "../support/sealed.ts";
import type { DiskImage, SimGateway } from "./sim-gateway.ts";
import type { SimRegion } from "./sim-region.ts";
import type { World } from "./world.ts";

/** All kinds of faults. A run of the suite must reach each of them in at least one seed of a hundred. */
export const FAULT_KINDS = [
  "partition",
  "one_way_partition",
  "gateway_cut_off",
  "one_way_to_region",
  "slow_network",
  "region_killed",
  "region_power_cut",
  "all_regions_power_cut",
  "region_slow_disk",
  "region_isolated",
  "region_lost",
  "region_rolled_back",
  "region_rebuilt",
  "region_clock_jump",
  "stream_forked",
  "gateway_killed",
  "gateway_power_cut",
  "gateway_restored",
  "gateway_cloned",
  "gateway_clock_jump",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** At most one of these in a run: Tidemark does not promise to survive the loss of two regions before repair. */
const DESTROYS_A_REGION: ReadonlySet<FaultKind> = new Set(["region_lost", "region_rolled_back", "region_rebuilt"]);

/** What goes wrong in a run, when, and for how long. Everything is planned at the start, with the world's random numbers. */
export class Faults {
  readonly reached: Set<FaultKind> = new Set();
  readonly #world: World;
  #destroyed = false;
  readonly #undo = new Set<() => unknown>();
  #healed = false;

  constructor(world: World) {
    this.#world = world;
    const { random, time } = world;
    const count = 2 + Math.floor(random() * 7);
    for (let i = 0; i < count; i++) {
      const kind = FAULT_KINDS[Math.floor(random() * FAULT_KINDS.length)]!;
      const atMs = 1000 + random() * 26_000;
      const forMs = random() < 0.3 ? random() * 1000 : random() * 12_000;
      time.after(atMs, () => this.#begin(kind, forMs));
    }
  }

  /** Ends every fault that can end. */
  async heal(): Promise<void> {
    this.#healed = true;
    for (const undo of this.#undo) await undo();
    const { network, regions, gateways, lost } = this.#world;
    network.unblockAll();
    network.latencyMs = 10;
    for (const region of regions) if (!region.running && !lost.has(region)) await region.start();
    for (const gateway of gateways) if (!gateway.running) gateway.start();
  }

  #begin(kind: FaultKind, forMs: number): void {
    if (this.#healed || (DESTROYS_A_REGION.has(kind) && this.#destroyed)) return;
    const { random, network, regions, gateways } = this.#world;
    const region = pick(regions, random);
    if (DESTROYS_A_REGION.has(kind) && random() < 0.5) {
      // Two faults in a row: first its peers cannot reach it, so batches that it receives are nowhere else.
      this.#destroyed = true;
      const others = regions.filter((one) => one !== region);
      this.#blocked(
        "region_isolated",
        30_000,
        others.flatMap(({ name }): Way[] => [
          [`${region.name}/peer`, `${name}/peer`],
          [`${name}/peer`, `${region.name}/peer`],
        ]),
      );
      this.#world.time.after(1000 + random() * 20_000, () => {
        if (!this.#healed) this.#destroy(kind, region, forMs, region.running ? region.image() : undefined);
      });
      return;
    }
    const other = pick(
      regions.filter((one) => one !== region),
      random,
    );
    const gateway = pick(gateways, random);
    switch (kind) {
      case "partition":
        this.#blocked(kind, forMs, [
          [`${region.name}/peer`, `${other.name}/peer`],
          [`${other.name}/peer`, `${region.name}/peer`],
        ]);
        return;
      case "one_way_partition":
        this.#blocked(kind, forMs, [[`${region.name}/peer`, `${other.name}/peer`]]);
        return;
      case "gateway_cut_off":
        this.#blocked(
          kind,
          forMs,
          regions.flatMap(({ name }): Way[] => [
            [gateway.name, name],
            [name, gateway.name],
          ]),
        );
        return;
      case "one_way_to_region":
        this.#blocked(kind, forMs, random() < 0.5 ? [[gateway.name, region.name]] : [[region.name, gateway.name]]);
        return;
      case "slow_network":
        network.latencyMs = 50 + random() * 1500;
        this.#lasting(kind, forMs, () => (network.latencyMs = 10));
        return;
      case "region_slow_disk":
        region.commitMs = 200 + random() * 3000;
        this.#lasting(kind, forMs, () => (region.commitMs = 5));
        return;
      case "region_killed":
      case "region_power_cut":
        if (!region.running) return;
        region.crash({ silent: kind === "region_power_cut" });
        this.#lasting(kind, forMs, () => this.#restart(region));
        return;
      case "all_regions_power_cut":
        for (const one of regions) if (one.running) one.crash({ silent: true });
        this.#lasting(kind, forMs, () => Promise.all(regions.map((one) => this.#restart(one))));
        return;
      case "region_isolated":
        return;
      case "region_lost":
      case "region_rebuilt":
        this.#destroyed = true;
        this.#destroy(kind, region, forMs, undefined);
        return;
      case "region_rolled_back": {
        if (!region.running) return;
        this.#destroyed = true;
        const image = region.image();
        this.#world.time.after(random() * 10_000, () => {
          if (!this.#healed) this.#destroy(kind, region, forMs, image);
        });
        return;
      }
      case "stream_forked": {
        // Two machines with the same identity: two regions receive different bytes for the same batch numbers.
        const stream = uuidV7(
          Math.floor(random() * 1e12),
          Buffer.from(Array.from({ length: 10 }, () => random() * 256)),
        );
        for (const [side, to] of [region, other].entries()) {
          for (const at of [1, 2, 3])
            to.take(sealed(stream, at, { gateway: "plant-9", windows: [windowOf([side, at])] }));
        }
        this.#note(kind, `${region.name} and ${other.name}`);
        return;
      }
      case "region_clock_jump":
        region.jumpClock(jump(random));
        this.#note(kind, region.name);
        return;
      case "gateway_killed":
      case "gateway_power_cut":
        if (!gateway.running) return;
        gateway.crash({ silent: kind === "gateway_power_cut" });
        this.#lasting(kind, forMs, () => gateway.running || gateway.start());
        return;
      case "gateway_restored": {
        if (!gateway.running) return;
        const image = gateway.image();
        this.#world.time.after(random() * 8000, () => {
          if (this.#healed || !gateway.running) return;
          this.#restored(kind, gateway, image, forMs);
        });
        return;
      }
      case "gateway_cloned": {
        if (!gateway.running) return;
        const image = gateway.image();
        const twin = gateway.clone(image);
        this.#sealedTwice(gateway, image);
        twin.start();
        this.#lasting(kind, forMs, () => {
          twin.crash({ silent: true });
          twin.dispose();
        });
        return;
      }
      case "gateway_clock_jump":
        gateway.jumpClock(jump(random));
        this.#world.jumped.add(gateway);
        this.#note(kind, gateway.name);
        return;
    }
  }

  /** The region is lost with its disk, or starts again with an empty or an old disk. */
  #destroy(kind: FaultKind, region: SimRegion, forMs: number, image: Buffer | undefined): void {
    if (!region.running) return;
    region.crash({ silent: this.#world.random() < 0.5 });
    if (kind === "region_lost") {
      this.#world.lost.add(region);
      this.#note(kind, region.name);
      return;
    }
    region.replaceDisk(kind === "region_rebuilt" ? undefined : image);
    this.#lasting(kind, forMs, () => this.#restart(region));
  }

  #restored(kind: FaultKind, gateway: SimGateway, image: DiskImage, forMs: number): void {
    gateway.crash({ silent: false });
    gateway.replaceDisk(image);
    // Readings that came after the copy was made may be lost with the replaced disk.
    this.#sealedTwice(gateway, image);
    this.#lasting(kind, forMs, () => gateway.running || gateway.start());
  }

  /** Readings that were not sealed when the copy was made are sealed by both processes, under different numbers. */
  #sealedTwice(gateway: SimGateway, { unsealedSinceMs }: DiskImage): void {
    const { sensors, restored } = this.#world;
    restored.add(gateway);
    for (const sensor of sensors) {
      for (const { copies } of sensor.sent.values()) {
        for (const copy of copies) {
          if (copy.gateway !== gateway) continue;
          if (copy.ackedMs === undefined || copy.ackedMs >= unsealedSinceMs) copy.isUncertain = true;
        }
      }
    }
  }

  #restart(region: SimRegion): unknown {
    return region.running || this.#world.lost.has(region) ? undefined : region.start();
  }

  #blocked(kind: FaultKind, forMs: number, ways: readonly Way[]): void {
    const { network } = this.#world;
    for (const [from, to] of ways) network.block(from, to);
    this.#lasting(kind, forMs, () => {
      for (const [from, to] of ways) network.unblock(from, to);
    });
  }

  #lasting(kind: FaultKind, forMs: number, undo: () => unknown): void {
    this.#note(kind, `for ${(forMs / 1000).toFixed(1)} s`);
    const once = (): unknown => (this.#undo.delete(once) ? undo() : undefined);
    this.#undo.add(once);
    this.#world.time.after(forMs, once);
  }

  #note(kind: FaultKind, detail: string): void {
    this.reached.add(kind);
    this.#world.note(`FAULT ${kind} ${detail}`);
  }
}

type Way = readonly [from: string, to: string];

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)]!;
}

/** Milliseconds: some seconds, days or years, backwards or forwards. */
function jump(random: () => number): number {
  const size = [5000, 86_400_000, 3 * 365 * 86_400_000][Math.floor(random() * 3)]!;
  return (random() < 0.5 ? -1 : 1) * random() * size;
}
