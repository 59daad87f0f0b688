import { setTimeout as delay } from "node:timers/promises";
import { hasReadingSince } from "./evidence.ts";
import { hits } from "./injections.ts";
import type { OngoingEvent, OngoingSighting } from "./fault-schedule.ts";
import { formatMs } from "./figures.ts";
import type { Mark } from "./outcome.ts";
import type { DrillTarget, TargetRegion } from "./target.ts";

/**
 * After a fault, and for each gateway: when the first reading that was taken since is in a region that the fault did not
 * hit, and when in two of them. That is the RTO, seen from outside: a query answers with it.
 */
export class NewReadings {
  readonly #target: DrillTarget;
  readonly #probeOf: (gateway: string) => string;
  readonly #now: () => number;
  readonly #signal: AbortSignal;
  readonly #mark: (kind: Mark["kind"], text: string) => void;

  /** @param deps.probeOf a device that sends to this gateway all the time. */
  constructor(deps: {
    target: DrillTarget;
    probeOf: (gateway: string) => string;
    now: () => number;
    signal: AbortSignal;
    mark: (kind: Mark["kind"], text: string) => void;
  }) {
    this.#target = deps.target;
    this.#probeOf = deps.probeOf;
    this.#now = deps.now;
    this.#signal = deps.signal;
    this.#mark = deps.mark;
  }

  /**
   * Adds a sighting to the event for every gateway that it concerns. Resolves when all were seen, or the signal fires.
   * @param given.sinceWallMs when the fault began, by the clock that canaries put into their readings.
   * @param given.gone regions that are not there any more.
   */
  async lookFor(event: OngoingEvent, given: { sinceWallMs: number; gone: ReadonlySet<string> }): Promise<void> {
    const named = this.#target.gateways.filter(({ name }) => event.parts.includes(name));
    const concerned = named.length > 0 ? named : this.#target.gateways;
    await Promise.all(
      concerned.map(({ name }) => {
        const isHit = (region: TargetRegion): boolean => event.faults.some((fault) => hits(fault, name, region.name));
        const spared = this.#target.regions.filter((region) => !isHit(region) && !given.gone.has(region.name));
        // Where all are hit the first one that is back counts.
        const regions = spared.length > 0 ? spared : this.#target.regions;
        const sighting = { gateway: name, durableAtMs: null, region: null, replicatedAtMs: null };
        event.sightings.push(sighting);
        return this.#look(sighting, { regions, sinceWallMs: given.sinceWallMs, beganAtMs: event.beganAtMs });
      }),
    );
  }

  async #look(
    sighting: OngoingSighting,
    given: { regions: readonly TargetRegion[]; sinceWallMs: number; beganAtMs: number },
  ): Promise<void> {
    const { regions, sinceWallMs, beganAtMs } = given;
    const question = { device: this.#probeOf(sighting.gateway), fromMs: sinceWallMs, timeoutMs: ANSWER_MS };
    const copies = Math.min(COPIES, regions.length);
    const everyMs = this.#target.gateways.length > MANY ? EVERY_WITH_MANY_MS : EVERY_MS;
    while (!this.#signal.aborted) {
      const answers = await Promise.all(regions.map((region) => hasReadingSince(region, question)));
      const holders = regions.filter((_, i) => answers[i] === true);
      const tookMs = this.#now() - beganAtMs;
      if (holders.length > 0 && sighting.durableAtMs === null) {
        sighting.durableAtMs = this.#now();
        sighting.region = holders[0]!.name;
        const what = `a new reading is durable in ${sighting.region}`;
        this.#mark("durable", `${sighting.gateway}: ${what} after ${formatMs(tookMs)}`);
      }
      if (holders.length >= copies) {
        sighting.replicatedAtMs = this.#now();
        this.#mark("replicated", `${sighting.gateway}: and in ${copies} regions after ${formatMs(tookMs)}`);
        return;
      }
      await delay(everyMs);
    }
  }
}

const COPIES = 2;
const ANSWER_MS = 1_000;
const EVERY_MS = 50;
/** So that a herd is not measured by what measuring costs. */
const MANY = 4;
const EVERY_WITH_MANY_MS = 200;
