import type { SimGateway } from "./sim-gateway.ts";

/** A reading that a sensor has sent, and what became of it. The checks compare it with what regions answer. */
export type SentReading = {
  readonly id: number;
  readonly value: number;
  readonly unit: string | null;
  /** By the clock of the sensor. Null: each gateway dates the reading by its arrival. */
  readonly timeMs: number | null;
  /** One for each gateway that the reading was offered to. */
  readonly copies: SentCopy[];
};

export type SentCopy = {
  readonly gateway: SimGateway;
  /** When it arrived, by the clock of the gateway: each time that it was written to the gateway's disk. */
  readonly arrivalsMs: number[];
  ackedMs: number | undefined;
  /** The disk of the gateway was replaced by an old copy, or copied: the reading may be lost, or written twice. */
  isUncertain: boolean;
};

/** Whether a gateway has the reading on its disk, or has forwarded it, whatever happened to gateways since. */
export function isSafe({ copies }: SentReading): boolean {
  return copies.some(({ arrivalsMs, isUncertain }) => arrivalsMs.length > 0 && !isUncertain);
}
