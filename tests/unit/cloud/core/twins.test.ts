import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { foundTwins, initialTwins, PROBE_MS, stepTwins } from "../../../../cloud/core/twins.ts";
import type { TwinsEvent, TwinsState } from "../../../../cloud/core/twins.ts";
import type { StreamId } from "../../../../proto/core/ids.ts";
import type { WireLife } from "../../../../proto/wire/peer-messages.ts";
import { runs } from "../../../support/scale.ts";
import { testStream } from "../../../support/sealed.ts";

const [A, B, C] = [testStream(0xa), testStream(0xb), testStream(0xc)] as [StreamId, StreamId, StreamId];
const NAME = "plant-7";

/** A session of a gateway in a {@link Site}. */
type Session = {
  readonly number: number;
  readonly region: string;
  readonly life: StreamId | null;
  state: "waiting" | "accepted" | "refused" | "closed";
  code: string;
  message: string;
  probes: number;
};

/** Regions on virtual time. The processes of the gateways in `dead` answer no probe and close no session. */
class Site {
  nowMs = 0;
  readonly dead = new Set<StreamId>();
  readonly paused = new Set<number>();
  readonly held = new Map<StreamId, number>();
  readonly sessions: Session[] = [];
  readonly reports: string[] = [];
  readonly #regions = new Map<string, TwinsState>();
  readonly #cut = new Set<string>();
  readonly #waiting: { readonly region: string; readonly event: TwinsEvent }[] = [];
  /** Messages to the peers. The next tick delivers them. */
  #told: { readonly from: string; readonly life: WireLife }[] = [];

  constructor(regions: readonly string[] = ["eu"]) {
    for (const region of regions) this.#regions.set(region, initialTwins(region));
  }

  open(life: StreamId | null, { region = "eu", lasts = new Map<StreamId, number>() } = {}): Session {
    const number = this.sessions.length + 1;
    const session: Session = { number, region, life, state: "waiting", code: "", message: "", probes: 0 };
    this.sessions.push(session);
    const address = `10.0.0.${number}:7`;
    this.tell(region, { kind: "claimed", session: number, gateway: NAME, life, address, lasts });
    return session;
  }

  close(session: Session): void {
    if (session.state === "closed") return;
    session.state = "closed";
    this.tell(session.region, { kind: "closed", session: session.number });
  }

  /** Time passes, a tick at a time, as in production. */
  pass(ms: number): this {
    for (const end = this.nowMs + ms; this.nowMs < end;) {
      this.nowMs += 250;
      const told = this.#told;
      this.#told = [];
      for (const { from, life } of told) {
        for (const region of this.#regions.keys()) {
          if (region === from || this.#cut.has(region) || this.#cut.has(from)) continue;
          this.tell(region, { kind: "lives", peer: from, restart: false, changes: [life] });
        }
      }
      for (const region of this.#regions.keys()) this.tell(region, { kind: "tick" });
    }
    return this;
  }

  keep(life: StreamId | null): void {
    for (const region of this.#regions.keys()) {
      this.tell(region, { kind: "kept", kept: new Map(life === null ? [] : [[NAME, life]]) });
    }
  }

  /** An event that comes while another one is handled waits, as in the driver. */
  tell(region: string, event: TwinsEvent): void {
    this.#waiting.push({ region, event });
    if (this.#waiting.length > 1) return;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      this.#handle(next.region, next.event);
      this.#waiting.shift();
    }
  }

  #handle(region: string, event: TwinsEvent): void {
    const state = this.#regions.get(region)!;
    const input = {
      wallMs: this.nowMs,
      isPaused: (session: number) => this.paused.has(session),
      heldLast: (life: StreamId) => this.held.get(life) ?? 0,
    };
    for (const effect of stepTwins(state, event, this.nowMs, input).effects) {
      switch (effect.kind) {
        case "accept":
          this.#session(effect.session).state = "accepted";
          break;
        case "refuse":
          Object.assign(this.#session(effect.session), {
            state: "refused",
            code: effect.code,
            message: effect.message,
          });
          break;
        case "probe": {
          const session = this.#session(effect.session);
          session.probes += 1;
          if (session.life !== null && !this.dead.has(session.life) && !this.paused.has(session.number)) {
            this.tell(region, { kind: "answered", session: session.number });
          }
          break;
        }
        case "announce":
          this.#told.push({ from: region, life: effect.life });
          break;
        case "inherit":
          this.reports.push(`${region}: ${effect.life} continues ${effect.from}`);
          break;
        case "found":
          this.reports.push(`${region}: ${effect.twins.accepted?.life} and ${effect.twins.refused.life}`);
          break;
        case "over":
          this.reports.push(`${region}: over`);
      }
    }
  }

  twins(region = "eu"): readonly object[] {
    return foundTwins(this.#regions.get(region)!);
  }

  /** The region cannot reach the others any more. */
  cut(region: string): void {
    this.#cut.add(region);
    for (const other of this.#regions.keys()) {
      if (other === region) continue;
      this.tell(other, { kind: "lives", peer: region, restart: true, changes: [] });
      this.tell(region, { kind: "lives", peer: other, restart: true, changes: [] });
    }
  }

  /** The lives that a region accepts now. */
  accepted(region = "eu"): readonly StreamId[] {
    const lives = this.sessions.flatMap((one) =>
      one.region === region && one.state === "accepted" && one.life !== null ? [one.life] : [],
    );
    return [...new Set(lives)];
  }

  #session(number: number): Session {
    return this.sessions[number - 1]!;
  }
}

describe("[I37] of one name, a region accepts one life", () => {
  test("the only one is accepted at once", () => {
    expect(new Site().open(A).state).toBe("accepted");
  });

  test("the younger one is refused when the older one answers, with the addresses of both", () => {
    const site = new Site();
    const older = site.open(A);
    const younger = site.open(B);
    expect([older.state, younger.state]).toEqual(["accepted", "refused"]);
    expect(younger).toMatchObject({
      code: "twin",
      message: expect.stringMatching(/plant-7 is connected to eu from 10\.0\.0\.1:7, .* from 10\.0\.0\.2:7/) as string,
    });
    expect(site.reports).toEqual([`eu: ${A} and ${B}`]);
    expect(site.twins()).toMatchObject([
      { gateway: NAME, accepted: { life: A, address: "10.0.0.1:7" }, refused: { life: B, address: "10.0.0.2:7" } },
    ]);
  });

  test("a gateway that was started again waits no longer than the probe, and the half-open session ends", () => {
    const site = new Site();
    const older = site.open(A);
    site.dead.add(A);
    const younger = site.open(B);
    site.pass(PROBE_MS - 250);
    expect(younger.state).toBe("waiting");
    site.pass(250);
    expect([older.state, younger.state]).toEqual(["refused", "accepted"]);
    expect(older.code).toBe("silent");
    expect(site.reports).toEqual([]);
  });

  test("a gateway that was started again is accepted at once when its last session has ended", () => {
    const site = new Site();
    site.close(site.open(A));
    expect(site.open(B).state).toBe("accepted");
  });

  test("a gateway that connects again is no twin, nor is a standby session", () => {
    const site = new Site();
    const first = site.open(A);
    const second = site.open(A);
    expect([first.state, second.state, first.probes]).toEqual(["accepted", "accepted", 0]);
  });

  test("a session that begins while its life is probed shows that the life answers", () => {
    const site = new Site();
    site.open(A);
    site.dead.add(A);
    const younger = site.open(B);
    const again = site.open(A);
    expect([younger.state, again.state]).toEqual(["refused", "accepted"]);
  });

  test("one answer is enough when the life has several sessions", () => {
    const site = new Site();
    const [halfOpen] = [site.open(A), site.open(A)];
    site.paused.add(halfOpen!.number);
    const younger = site.open(B);
    expect(younger.state).toBe("refused");
    expect(site.accepted()).toEqual([A]);
  });

  test("of two that wait for a silent one, the first is accepted, and the second is refused", () => {
    const site = new Site();
    site.open(A);
    site.dead.add(A);
    const [second, third] = [site.open(B), site.open(C)];
    site.pass(PROBE_MS);
    expect([second.state, third.state]).toEqual(["accepted", "refused"]);
  });

  test("a session that the region does not read cannot answer, and is not taken for dead", () => {
    const site = new Site();
    const older = site.open(A);
    site.paused.add(older.number);
    site.open(B);
    site.pass(PROBE_MS * 2);
    expect(older.state).toBe("accepted");
    site.paused.delete(older.number);
    site.pass(PROBE_MS);
    expect(older.state).toBe("refused");
  });

  test("a newcomer that gives up early does not stop the probe, so it cannot be locked out", () => {
    const site = new Site();
    site.open(A);
    site.dead.add(A);
    for (let tries = 0; tries < 5; tries += 1) {
      const impatient = site.open(B);
      site.pass(1000);
      site.close(impatient);
    }
    expect(site.open(B).state).toBe("accepted");
  });

  test("a life that is not known is accepted, and contested when it becomes known", () => {
    const site = new Site();
    const [older, unknown] = [site.open(A), site.open(null)];
    expect(unknown.state).toBe("accepted");
    site.tell("eu", { kind: "named", session: unknown.number, life: B });
    expect([older.state, unknown.state]).toEqual(["accepted", "refused"]);
  });

  test("they are twins no more when none was refused for a minute", () => {
    const site = new Site();
    site.open(A);
    site.open(B);
    site.pass(60_000);
    expect(site.reports.at(-1)).toBe("eu: over");
    expect(site.twins()).toEqual([]);
  });
});

describe("[I38] of two lives in two regions, the younger one is refused", () => {
  test("when the region of the older one says that it answers; both regions name both", () => {
    const site = new Site(["eu", "us"]);
    const older = site.open(A, { region: "eu" });
    site.pass(1000);
    const younger = site.open(B, { region: "us" });
    expect(younger.state).toBe("waiting");
    site.pass(1000);
    expect([older.state, younger.state]).toEqual(["accepted", "refused"]);
    expect(younger.message).toContain("is connected to eu from 10.0.0.1:7");
    for (const region of ["eu", "us"]) {
      expect(site.twins(region)).toMatchObject([
        { accepted: { life: A, region: "eu" }, refused: { life: B, region: "us" } },
      ]);
    }
  });

  test("each time it comes again, at once", () => {
    const site = new Site(["eu", "us"]);
    site.open(A, { region: "eu" });
    site.pass(1000);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const younger = site.open(B, { region: "us" });
      site.pass(1000);
      expect(younger.state).toBe("refused");
      site.pass(2000);
    }
    expect(site.reports).toHaveLength(2);
  });

  test("and accepted when the older one is dead", () => {
    const site = new Site(["eu", "us"]);
    const older = site.open(A, { region: "eu" });
    site.pass(1000);
    site.dead.add(A);
    const younger = site.open(B, { region: "us" });
    site.pass(PROBE_MS + 500);
    expect([older.state, younger.state]).toEqual(["refused", "accepted"]);
  });

  test("also if both were accepted while the regions could not reach each other", () => {
    const site = new Site(["eu", "us"]);
    const older = site.open(A, { region: "eu" });
    site.nowMs += 100;
    const younger = site.open(B, { region: "us" });
    expect([older.state, younger.state]).toEqual(["accepted", "accepted"]);
    site.pass(1000);
    expect([older.state, younger.state]).toEqual(["accepted", "refused"]);
  });

  test("lives that were first seen at one moment are told apart by their ids", () => {
    const site = new Site(["eu", "us"]);
    const [b, a] = [site.open(B, { region: "eu" }), site.open(A, { region: "us" })];
    site.pass(1000);
    expect([a.state, b.state]).toEqual(["accepted", "refused"]);
  });

  test("the standby session of a gateway is never its twin", () => {
    const site = new Site(["eu", "us", "ap"]);
    const [active, standby] = [site.open(A, { region: "eu" }), site.open(A, { region: "us" })];
    site.pass(60_000);
    expect([active.state, standby.state, active.probes, standby.probes]).toEqual(["accepted", "accepted", 0, 0]);
  });

  test("a region that hears nothing from a peer accepts what comes", () => {
    const site = new Site(["eu", "us"]);
    site.open(A, { region: "eu" });
    site.pass(1000);
    site.cut("eu");
    expect(site.open(B, { region: "us" }).state).toBe("accepted");
  });

  test("a peer that never answers holds nobody up for longer than the probe", () => {
    const site = new Site(["us"]);
    const life: WireLife = { gateway: NAME, life: A, address: "10.0.0.9:7", firstMs: 0, state: "connected" };
    site.nowMs = 1000;
    site.tell("us", { kind: "lives", peer: "eu", restart: true, changes: [life] });
    const younger = site.open(B, { region: "us" });
    expect(younger.state).toBe("waiting");
    site.pass(PROBE_MS);
    expect(younger.state).toBe("accepted");
  });
});

describe("an operator keeps one life", () => {
  test("the other one is refused although it is older, until the decision is taken back", () => {
    const site = new Site(["eu", "us"]);
    const older = site.open(A);
    site.open(B);
    site.keep(B);
    expect(older).toMatchObject({ state: "refused", code: "twin", message: expect.stringContaining(B) as string });
    expect(site.open(B).state).toBe("accepted");
    expect(site.open(A).state).toBe("refused");
    expect(site.open(A, { region: "us" }).state).toBe("refused");
    for (const session of site.sessions) site.close(session);
    site.keep(null);
    expect(site.open(A).state).toBe("accepted");
  });

  test("when the kept one starts again it is accepted, because it has sealed all that the region holds", () => {
    const site = new Site();
    const kept = site.open(A);
    site.keep(A);
    site.held.set(A, 10);
    site.close(kept);
    expect(site.open(B, { lasts: new Map([[A, 4]]) }).state).toBe("refused");
    const again = site.open(C, { lasts: new Map([[A, 12]]) });
    expect(again.state).toBe("accepted");
    expect(site.open(B, { lasts: new Map([[A, 12]]) }).state).toBe("refused");
    expect(site.open(C).state).toBe("accepted");
    // The region notes the new life as the kept one. Then the old stream may be trimmed.
    expect(site.reports.filter((report) => report.includes("continues"))).toEqual([`eu: ${C} continues ${A}`]);
    site.keep(C);
    expect(site.accepted()).toEqual([C]);
    expect(site.open(A).state).toBe("refused");
  });

  test("when a kept copy starts again it is accepted, although it lists the stream of the first gateway", () => {
    const site = new Site();
    site.open(A);
    site.held.set(A, 5);
    site.keep(B);
    const copy = site.open(B);
    site.held.set(B, 3);
    expect(site.open(A).state).toBe("refused");
    site.close(copy);
    const lasts = new Map([
      [A, 4],
      [B, 3],
    ]);
    expect(site.open(C, { lasts }).state).toBe("accepted");
  });

  test("a copy of the refused one is no heir, although it lists all batches of the kept one", () => {
    const site = new Site();
    site.open(A);
    site.keep(A);
    site.held.set(A, 4);
    expect(site.open(B).state).toBe("refused");
    site.close(site.sessions[0]!);
    expect(site.open(C, { lasts: new Map([[A, 4], [B, 2]]) }).state).toBe("refused"); // prettier-ignore
  });
});

describe("[I37] in any order of greetings, answers and ends", () => {
  type Action =
    | { readonly kind: "open"; readonly life: number; readonly region: string }
    | { readonly kind: "close" | "die" | "pause"; readonly at: number }
    | { readonly kind: "pass"; readonly ms: number };
  const actions: fc.Arbitrary<readonly Action[]> = fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant("open" as const),
        life: fc.nat(3),
        region: fc.constantFrom("eu", "us"),
      }),
      fc.record({ kind: fc.constantFrom("close" as const, "die" as const, "pause" as const), at: fc.nat(20) }),
      fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 24 }).map((n) => n * 250) }),
    ),
    { maxLength: 40 },
  );

  test("no region accepts two lives, and a gateway is accepted when all others are dead", () => {
    fc.assert(
      fc.property(actions, (all) => {
        const site = new Site(["eu", "us"]);
        for (const action of all) {
          switch (action.kind) {
            case "open":
              if (!site.dead.has(testStream(action.life + 1))) {
                site.open(testStream(action.life + 1), { region: action.region });
              }
              break;
            case "pass":
              site.pass(action.ms);
              break;
            case "close":
            case "die":
            case "pause": {
              const session = site.sessions[action.at];
              if (session === undefined) break;
              if (action.kind === "close") site.close(session);
              else if (action.kind === "pause") site.paused.add(session.number);
              else if (session.life !== null) site.dead.add(session.life);
            }
          }
          for (const region of ["eu", "us"]) expect(site.accepted(region).length).toBeLessThan(2);
        }
        site.paused.clear();
        site.pass(PROBE_MS * 3);
        for (const { life } of site.sessions) if (life !== null) site.dead.add(life);
        const restarted = site.open(testStream(99));
        site.pass(PROBE_MS + 1000);
        expect(restarted.state).toBe("accepted");
        for (const { state } of site.sessions) expect(state).not.toBe("waiting");
      }),
      { numRuns: runs({ short: 300, long: 20_000 }) },
    );
  });
});
