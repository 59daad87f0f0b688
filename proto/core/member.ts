/**
 * The state of a region among the others:
 *
 *     joining   it is given everything, and counts for nothing yet; when it has all of it, it becomes a member
 *     member    its copies count, gateways are told of it, and bytes are kept until it has them
 *     leaving   it still gives what it has; its copies do not count any more, and gateways are not told of it
 *     lost      gone for ever: nobody connects to it, and nothing waits for it
 */
export const MEMBER_STATES = ["joining", "member", "leaving", "lost"] as const;
export type MemberState = (typeof MEMBER_STATES)[number];

export type Member = {
  readonly region: string;
  readonly state: MemberState;
  /** Where other regions reach it. */
  readonly url: string;
  /** Where gateways reach it. */
  readonly gatewayUrl: string;
};
