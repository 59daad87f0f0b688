/**
 * The state of a region among the others:
 *
 *     joining   it receives every batch, and its copies do not count yet; with all batches it becomes a member
 *     member    its copies count, gateways learn its address, and bytes are kept until it has them
 *     leaving   it still sends its batches; its copies no longer count, and gateways no longer learn its address
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
