/**
 * Which region takes the batches, and which are kept ready, from how each of them is: a pure choice over the regions in
 * their order of preference, the first of which is home.
 *
 *     carrier   exactly one: every batch goes to it
 *     standby   a live session that is sent nothing, so that a failover costs no handshake
 *     idle      not connected: two that are more preferred are there
 */
export type RegionRole = "carrier" | "standby" | "idle";

/** What the choice looks at. */
export type RegionCondition = {
  /** A session stands, and the region has not asked us to leave. */
  readonly live: boolean;
  /** Its very first attempt to connect is under way. */
  readonly firstAttempt: boolean;
  /** How long the session stands, and how long it must stand before batches return to it. */
  readonly liveForMs: number;
  readonly returnAfterMs: number;
};

/**
 * The region that is to carry, or undefined where none can.
 *
 * A carrier that lives stays it, until a more preferred region has been well for long enough: a region that comes and
 * goes must not drag the stream of batches along. A carrier that is lost gives way at once to the most preferred that
 * lives. At the start the most preferred has its first attempt, so that a race of milliseconds does not send a gateway
 * away from home for minutes.
 */
export function carrierOf<Id>(
  regions: readonly (readonly [Id, RegionCondition])[],
  carrier: Id | undefined,
): Id | undefined {
  const present = regions.find(([id, { live }]) => id === carrier && live);
  for (const [id, { live, firstAttempt, liveForMs, returnAfterMs }] of regions) {
    if (present !== undefined) {
      if (id === carrier || (live && liveForMs >= returnAfterMs)) return id;
    } else if (live) {
      return id;
    } else if (carrier === undefined && firstAttempt) {
      return undefined;
    }
  }
  return undefined;
}

/** The regions to be connected to: the carrier, and all that have fewer than two before them that live or may at once. */
export function wantedRegions<Id>(
  regions: readonly (readonly [Id, Pick<RegionCondition, "live" | "firstAttempt">])[],
  carrier: Id | undefined,
): ReadonlySet<Id> {
  const wanted = new Set<Id>();
  let hopeful = 0;
  for (const [id, { live, firstAttempt }] of regions) {
    if (hopeful < 2 || id === carrier) wanted.add(id);
    if (live || firstAttempt) hopeful++;
  }
  return wanted;
}
