/**
 * Chooses the region that batches go to, and the regions that stay connected. The choice depends only on the conditions
 * of the regions, which are in the order of preference. The first region is the home region.
 *
 *     active    exactly one: every batch goes to it
 *     standby   has a live session but gets no batches, so that a failover needs no handshake
 *     idle      not connected, because two more preferred regions are live
 */
export type RegionRole = "active" | "standby" | "idle";

/** What the choice depends on. */
export type RegionCondition = {
  /** The session is open, and the region has not asked the gateway to leave. */
  readonly live: boolean;
  /** The very first attempt to connect is under way. */
  readonly firstAttempt: boolean;
  /** How long the session has been open, and how long it must be open before batches return to this region. */
  readonly liveForMs: number;
  readonly returnAfterMs: number;
};

/**
 * The region that is to be active, or undefined when no region can be.
 *
 * An active region that is live stays active until a more preferred region has been live for long enough. Otherwise a
 * region that comes and goes would pull the batches back and forth. When the active region is lost, the most preferred
 * live region takes over at once. At the start, the most preferred region gets the time for its first attempt, so that
 * a race of milliseconds does not send a gateway away from home for minutes.
 */
export function activeRegionOf<Id>(
  regions: readonly (readonly [Id, RegionCondition])[],
  active: Id | undefined,
): Id | undefined {
  const present = regions.find(([id, { live }]) => id === active && live);
  for (const [id, { live, firstAttempt, liveForMs, returnAfterMs }] of regions) {
    if (present !== undefined) {
      if (id === active || (live && liveForMs >= returnAfterMs)) return id;
    } else if (live) {
      return id;
    } else if (active === undefined && firstAttempt) {
      return undefined;
    }
  }
  return undefined;
}

/**
 * The regions to be connected to: the active one, and every region with fewer than two regions before it that are live
 * or make their first attempt.
 */
export function wantedRegions<Id>(
  regions: readonly (readonly [Id, Pick<RegionCondition, "live" | "firstAttempt">])[],
  active: Id | undefined,
): ReadonlySet<Id> {
  const wanted = new Set<Id>();
  let candidates = 0;
  for (const [id, { live, firstAttempt }] of regions) {
    if (candidates < 2 || id === active) wanted.add(id);
    if (live || firstAttempt) candidates++;
  }
  return wanted;
}
