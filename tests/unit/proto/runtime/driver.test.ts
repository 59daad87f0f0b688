import { describe, expect, test } from "vitest";
import { Driver } from "../../../../proto/runtime/driver.ts";

/** A driver with a reducer that notes its events. Event `3` has the effects `3a` and `3b`. */
class Trial {
  readonly log: string[] = [];
  readonly faults: unknown[] = [];
  readonly timers: { readonly ms: number; readonly work: () => void; cancelled: boolean }[] = [];
  readonly driver: Driver<readonly number[], number, string>;
  nowMs = 0;
  idleCount = 0;
  /** An action of each effect, in addition to the note. */
  readonly does = new Map<string, () => void>();

  constructor() {
    this.driver = new Driver<readonly number[], number, string>(
      {
        initial: [],
        step: (state, event, nowMs) => {
          this.log.push(`${event} at ${nowMs}`);
          return { state: [...state, event], effects: [`${event}a`, `${event}b`] };
        },
        run: (effect) => {
          this.log.push(effect);
          this.does.get(effect)?.();
        },
        clock: { monotonicMs: () => this.nowMs },
        onFault: (fault) => this.faults.push(fault),
        onIdle: () => {
          this.idleCount += 1;
        },
      },
      {
        after: (ms, work) => {
          const timer = { ms, work, cancelled: false };
          this.timers.push(timer);
          return () => {
            timer.cancelled = true;
          };
        },
      },
    );
  }

  /** Fires every timer that is set now, and none that is set by them. */
  fire(): void {
    for (const timer of this.timers.splice(0)) if (!timer.cancelled) timer.work();
  }
}

describe("events", () => {
  test("are processed in their order, each with its effects, at the time of its turn", () => {
    const trial = new Trial();
    trial.driver.feed(1);
    trial.nowMs = 5;
    trial.driver.feed(2);
    expect(trial.log).toEqual(["1 at 0", "1a", "1b", "2 at 5", "2a", "2b"]);
    expect(trial.driver.state).toEqual([1, 2]);
    expect(trial.idleCount).toBe(2);
  });

  test("that an effect feeds wait until all effects of the step have run", () => {
    const trial = new Trial();
    trial.does.set("1a", () => {
      trial.driver.feed(2);
      trial.driver.feed(3);
    });
    trial.driver.feed(1);
    expect(trial.log).toEqual(["1 at 0", "1a", "1b", "2 at 0", "2a", "2b", "3 at 0", "3a", "3b"]);
    expect(trial.idleCount).toBe(1);
  });
});

describe("timers", () => {
  test("feed their event once; a new one replaces the one with the same key", () => {
    const trial = new Trial();
    trial.driver.setTimer("x", 10.2, 1);
    trial.driver.setTimer("x", -3, 2);
    trial.driver.setTimer("y", 7, 3);
    expect(trial.timers.map(({ ms, cancelled }) => [ms, cancelled])).toEqual([
      [11, true],
      [0, false],
      [7, false],
    ]);
    trial.fire();
    trial.fire();
    expect(trial.driver.state).toEqual([2, 3]);
  });

  test("that repeat continue until the stop", async () => {
    const trial = new Trial();
    trial.driver.repeat("tick", 100, 1);
    trial.fire();
    trial.fire();
    expect(trial.driver.state).toEqual([1, 1]);
    await trial.driver.stop();
    trial.fire();
    expect(trial.driver.state).toEqual([1, 1]);
  });

  test("are cancelled by a stop, and none is set after it", async () => {
    const trial = new Trial();
    trial.driver.setTimer("x", 10, 1);
    await trial.driver.stop();
    trial.driver.setTimer("y", 10, 2);
    trial.driver.repeat("z", 10, 3);
    expect(trial.timers.map(({ cancelled }) => cancelled)).toEqual([true]);
  });
});

describe("stop", () => {
  test("processes its last event, and ignores later ones", async () => {
    const trial = new Trial();
    trial.does.set("9a", () => trial.driver.setTimer("x", 1, 7));
    const stopped = trial.driver.stop(9);
    expect(trial.driver.state).toEqual([9]);
    trial.driver.feed(1);
    await stopped;
    await trial.driver.stop(2);
    expect(trial.driver.state).toEqual([9]);
    trial.fire();
    expect(trial.driver.state).toEqual([9]);
  });

  test("from inside an effect still processes the events that were fed before", async () => {
    const trial = new Trial();
    trial.does.set("1a", () => {
      trial.driver.feed(2);
      void trial.driver.stop(9);
      trial.driver.feed(3);
    });
    trial.driver.feed(1);
    await trial.driver.stop();
    expect(trial.driver.state).toEqual([1, 2, 9]);
  });

  test("waits for the pending promises, also for those of its last event", async () => {
    const trial = new Trial();
    const first = Promise.withResolvers<number>();
    const last = Promise.withResolvers<undefined>();
    trial.driver.own(first.promise);
    trial.does.set("9a", () => trial.driver.own(last.promise));
    let stopped = false;
    const stopping = trial.driver.stop(9).then(() => {
      stopped = true;
    });
    first.resolve(5);
    await first.promise;
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    last.resolve(undefined);
    await stopping;
    expect(trial.driver.state).toEqual([9]);
  });
});

describe("an owned promise", () => {
  test("feeds the event with which it resolves, or none", async () => {
    const trial = new Trial();
    trial.driver.own(Promise.resolve(4));
    trial.driver.own(Promise.resolve(undefined));
    await new Promise(setImmediate);
    expect(trial.driver.state).toEqual([4]);
  });

  test("that fails is a fault", async () => {
    const trial = new Trial();
    trial.driver.own(Promise.reject(new Error("the disk is gone")));
    await trial.driver.stop();
    expect(trial.faults).toEqual([new Error("the disk is gone")]);
  });
});

describe("an effect that throws", () => {
  test("is one fault; the rest of its step and every later event are left out", async () => {
    const trial = new Trial();
    trial.driver.setTimer("x", 10, 8);
    trial.does.set("1a", () => {
      trial.driver.feed(2);
      throw new Error("no such session");
    });
    trial.driver.feed(1);
    trial.driver.feed(3);
    trial.fire();
    trial.driver.own(Promise.reject(new Error("a second one")));
    await trial.driver.stop(9);
    expect(trial.faults).toEqual([new Error("no such session")]);
    expect(trial.log).toEqual(["1 at 0", "1a"]);
    expect(trial.idleCount).toBe(0);
  });
});
