import { seededRandom } from "../../deploy/sandbox/seeded-random.ts";
import { violations } from "./checks.ts";
import type { FaultKind } from "./faults.ts";
import { Faults } from "./faults.ts";
import type { Mutant } from "./mutants.ts";
import { Network } from "./network.ts";
import { drawnHabits } from "./sensor-habits.ts";
import { SimGateway } from "./sim-gateway.ts";
import { SimOperator } from "./sim-operator.ts";
import { SimRegion } from "./sim-region.ts";
import { SimSensor } from "./sim-sensor.ts";
import { VirtualTime } from "./virtual-time.ts";

/**
 * Three regions, two gateways and their sensors, with faults for half a minute and then without. The seed decides everything.
 */
export class World {
  readonly time: VirtualTime = new VirtualTime();
  readonly network: Network;
  readonly random: () => number;
  readonly regions: readonly SimRegion[];
  readonly gateways: readonly SimGateway[];
  readonly sensors: readonly SimSensor[];
  readonly operator: SimOperator;
  /** Regions that do not come back. */
  readonly lost: Set<SimRegion> = new Set();
  /** Gateways whose disk was restored or copied. Their windows may differ from their readings. */
  readonly restored: Set<SimGateway> = new Set();
  /** Gateways whose clock jumped. They may not believe the time of a device. */
  readonly jumped: Set<SimGateway> = new Set();
  readonly mutant: Mutant | undefined;
  readonly log: string[] = [];
  /** Snapshots that regions have completed. */
  snapshots = 0;
  readonly internalErrors: string[] = [];
  #lastId = 0;

  constructor(options: { seed: number; mutant?: Mutant | undefined }) {
    this.mutant = options.mutant;
    this.random = seededRandom(options.seed);
    const { time, random } = this;
    this.network = new Network(time, random);
    const onFault = (fault: unknown): void =>
      void this.internalErrors.push(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
    const note = (line: string): void => {
      if (line.includes("snapshot_taken")) this.snapshots++;
      this.note(line);
    };
    this.regions = REGIONS.map(
      (name) =>
        new SimRegion(name, {
          time,
          network: this.network,
          random,
          peers: REGIONS,
          minCopies: 2,
          mutant: options.mutant,
          onReport: note,
          onFault,
        }),
    );
    const smallQuota = random() < 0.2;
    this.gateways = ["plant-1", "plant-2"].map(
      (name, i) =>
        new SimGateway(name, {
          time,
          network: this.network,
          random,
          regions: [...REGIONS.slice(i), ...REGIONS.slice(0, i)],
          keepReplicatedMs: 0,
          maxBytes: smallQuota ? SMALL_QUOTA_BYTES : 2 ** 30,
          mutant: options.mutant,
          onReport: note,
          onFault,
        }),
    );
    const nextId = (): number => ++this.#lastId;
    const { gateways } = this;
    this.sensors = drawnHabits(random).map((habits) => new SimSensor(habits, { gateways, time, random, nextId }));
    this.operator = new SimOperator(this.regions, { time, random });
  }

  note(line: string): void {
    this.log.push(`${(this.time.nowMs / 1000).toFixed(3)} ${line}`);
  }

  async run(): Promise<WorldResult> {
    for (const region of this.regions) await region.start();
    for (const gateway of this.gateways) gateway.start();
    const faults = new Faults(this);
    await this.time.run(FAULTS_MS);
    await faults.heal();
    for (const sensor of this.sensors) sensor.finish();
    this.operator.finish();
    let found: readonly string[] = ["not checked"];
    for (let untilMs = FAULTS_MS + 10_000; untilMs <= FAULTS_MS + REPAIR_MS; untilMs += 10_000) {
      await this.time.run(untilMs);
      found = [...this.internalErrors, ...(await violations(this))];
      if (found.length === 0) break;
    }
    for (const part of [...this.regions, ...this.gateways]) part.dispose();
    return { violations: found, faults: faults.reached, snapshots: this.snapshots };
  }
}

export type WorldResult = {
  readonly violations: readonly string[];
  readonly faults: ReadonlySet<FaultKind>;
  readonly snapshots: number;
};

const REGIONS = ["eu", "us", "ap"];
const FAULTS_MS = 30_000;
const REPAIR_MS = 240_000;
/** A few dozen batches. */
const SMALL_QUOTA_BYTES = 400 * 1024;
