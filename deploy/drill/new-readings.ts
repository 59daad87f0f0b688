import { setTimeout as delay } from "node:timers/promises";
import { hasReadingSince } from "./evidence.ts";
import { keepsReadingsFrom } from "./injections/injection.ts";
import type { OngoingEvent, OngoingSighting } from "./injection-schedule.ts";
import { formatMs } from "../terminal/figures.ts";
import type { RunControl } from "./run-control.ts";
import type { DrillTarget, TargetRegion } from "./target.ts";

/**
 * Measures the RTO from outside, for each gateway. It asks the regions that an injection did not hit for readings that are
 * newer than the injection, and notes when the first region has one, and when two regions do.
 */
export class NewReadings {
  readonly #target: DrillTarget;
  readonly #probeOf: (gateway: string) => string;
  readonly #control: RunControl;

  /** @param deps.probeOf a device that sends to this gateway all the time. */
  constructor(deps: { target: DrillTarget; probeOf: (gateway: string) => string; control: RunControl }) {
    this.#target = deps.target;
    this.#probeOf = deps.probeOf;
    this.#control = deps.control;
  }

  /**
   * Adds a sighting to the event for every gateway that it concerns. Resolves when all are complete, or the drill is stopped.
   * @param given.sinceWallMs when the injection began, by the clock that canaries put into their readings.
   * @param given.gone regions that were lost for ever.
   */
  async lookFor(event: OngoingEvent, given: { sinceWallMs: number; gone: ReadonlySet<string> }): Promise<void> {
    const named = this.#target.gateways.filter(({ name }) => event.parts.includes(name));
    const concerned = named.length > 0 ? named : this.#target.gateways;
    await Promise.all(
      concerned.map(({ name }) => {
        const isHit = (region: TargetRegion): boolean =>
          event.injections.some((injection) => keepsReadingsFrom(injection, name, region.name));
        const spared = this.#target.regions.filter((region) => !isHit(region) && !given.gone.has(region.name));
        // If all regions are hit, the first one that is back counts.
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
    while (!this.#control.signal.aborted) {
      const answers = await Promise.all(regions.map((region) => hasReadingSince(region, question)));
      const holders = regions.filter((_, i) => answers[i] === true);
      const tookMs = this.#control.nowMs - beganAtMs;
      if (holders.length > 0 && sighting.durableAtMs === null) {
        sighting.durableAtMs = this.#control.nowMs;
        sighting.region = holders[0]!.name;
        const what = `a new reading is durable in ${sighting.region}`;
        this.#control.mark("durable", `${sighting.gateway}: ${what} after ${formatMs(tookMs)}`);
      }
      if (holders.length >= copies) {
        sighting.replicatedAtMs = this.#control.nowMs;
        this.#control.mark("replicated", `${sighting.gateway}: it is in ${copies} regions after ${formatMs(tookMs)}`);
        return;
      }
      await delay(everyMs);
    }
  }
}

const COPIES = 2;
const ANSWER_MS = 1_000;
const EVERY_MS = 50;
/** With many gateways the questions themselves would be a load. */
const MANY = 4;
const EVERY_WITH_MANY_MS = 200;
