import type { BrokerTarget } from "../sensors/sensor-client.ts";
import type { Injection } from "./injections/injection.ts";

/**
 * A deployment that a drill runs on. The drill ends each injection that it begins. The target guarantees that the injection
 * ends even if the drill dies before.
 */
export interface DrillTarget {
  readonly name: string;
  readonly kind: "sandbox" | "deployment";
  /** People depend on it: a person must type its name before anything is done to it. */
  readonly production: boolean;
  /** Home of the first gateway first. */
  readonly regions: readonly TargetRegion[];
  readonly gateways: readonly TargetGateway[];
  /** Whether it can keep a copy of a disk for a later `restore`. */
  readonly copiesDisks: boolean;
  /** Why it cannot do this, in words that say what to add; undefined when it can. */
  inabilityTo(injection: Injection): string | undefined;
  begin(injection: Injection): Promise<void>;
  end(injection: Injection): Promise<void>;
  /** Keeps a copy of the part's disk. @throws Fault when it cannot ({@link copiesDisks}). */
  copyDisk(part: string): Promise<void>;
  /** Ends every injection, and a sandbox as a whole. May be called twice, and at any moment. */
  close(): Promise<void>;
}

export type TargetRegion = { readonly name: string; readonly url: string };
export type TargetGateway = { readonly name: string; readonly url: string; readonly mqtt: BrokerTarget };
