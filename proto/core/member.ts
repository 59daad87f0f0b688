/**
 * The state of a region among the others:
 *
 *     joining   it receives every batch, and its copies do not count yet; with all batches it becomes a member
 *     member    its copies count, gateways are told about it, and bytes are kept until it has them
 *     leaving   it still sends what it has; its copies no longer count, and gateways are no longer told about it
 *     lost      it will not come back: no region connects to it or waits for it
 */
export const MEMBER_STATES = ["joining", "member", "leaving", "lost"] as const;
export type MemberState = (typeof MEMBER_STATES)[number];

export type Member = {
  readonly region: string;
  readonly state: MemberState;
  /** The address for other regions. */
  readonly url: string;
  /** The address for gateways. */
  readonly gatewayUrl: string;
};
