import { describe, expect, test } from "vitest";
import { changeRefusal, membersOf, minCopiesOf } from "../../../../cloud/core/membership.ts";
import { EMPTY_HAVE, haveOf } from "../../../../proto/core/have.ts";
import type { Have } from "../../../../proto/core/have.ts";
import type { Member } from "../../../../proto/core/member.ts";
import { testStream } from "../../../support/sealed.ts";

const A = testStream(1);
const member = (region: string, state: Member["state"] = "member"): Member => ({
  region,
  state,
  url: `http://${region}:7443`,
  gatewayUrl: "",
});
const ALL = ["ap", "eu", "us"].map((region) => member(region));

function refusal(
  change: Member,
  given: {
    members?: readonly Member[];
    minCopies?: number | null;
    holds?: Record<string, Have>;
    acceptShortage?: boolean;
  } = {},
): string | null {
  const { members = ALL, minCopies = null, holds = {}, acceptShortage = false } = given;
  return changeRefusal(change, {
    members,
    minCopies,
    acceptShortage,
    streams: [A],
    holds: (region) => holds[region] ?? EMPTY_HAVE,
  });
}

test("[I16] a command outranks the configuration of its region, and other regions keep theirs", () => {
  expect(membersOf(ALL, [member("us", "lost"), member("sa", "joining")]).map((one) => [one.region, one.state])).toEqual(
    [
      ["ap", "member"],
      ["eu", "member"],
      ["sa", "joining"],
      ["us", "lost"],
    ],
  );
});

test("by default two copies are enough, or one if there is one member", () => {
  expect(minCopiesOf(null, ALL)).toBe(2);
  expect(minCopiesOf(null, [member("eu"), member("us", "joining")])).toBe(1);
  expect(minCopiesOf(3, ALL)).toBe(3);
});

describe("[I13] a region may be removed", () => {
  const everywhere = haveOf([1, 2, 3]);

  test("when the others hold enough copies of all of its batches", () => {
    expect(refusal(member("us", "lost"), { holds: { eu: everywhere, ap: everywhere, us: everywhere } })).toBeNull();
    expect(refusal(member("us", "leaving"))).toBeNull();
  });

  test("not while a batch would have too few copies", () => {
    const holds = { eu: everywhere, ap: haveOf([1]), us: haveOf([1, 2, 3, 4]) };
    expect(refusal(member("us", "lost"), { holds })).toBe(
      `without us 3 batches have fewer than 2 copies (stream ${A}); wait until the others hold them`,
    );
    // Unless the operator accepts the loss, also for a region that was leaving.
    const leaving = [member("ap"), member("eu"), member("us", "leaving")];
    expect(refusal(member("us", "lost"), { holds, members: leaving, acceptShortage: true })).toBeNull();
    // It still sends them to the others.
    expect(refusal(member("us", "leaving"), { holds })).toBeNull();
  });

  test("not when fewer members than min_copies would remain", () => {
    const holds = { eu: everywhere, ap: everywhere, us: everywhere };
    expect(refusal(member("us", "leaving"), { minCopies: 3, holds })).toBe(
      "without us there would be 2 members, and min_copies is 3",
    );
    const alone = [member("eu"), member("us", "joining")];
    expect(refusal(member("eu", "lost"), { members: alone, holds })).toBe(
      "without eu there would be 0 members, and min_copies is 1",
    );
    expect(refusal(member("us", "lost"), { members: alone, holds: { eu: everywhere } })).toBeNull();
  });

  test("not twice, and not if it is unknown", () => {
    expect(refusal(member("us"))).toBe("us is member already");
    expect(refusal(member("us", "joining"))).toBe("us is member already");
    expect(refusal(member("sa", "joining"))).toBeNull();
    expect(refusal(member("mars", "lost"))).toBe("there is no region mars");
  });
});
