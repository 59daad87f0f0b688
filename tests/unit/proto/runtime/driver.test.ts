import { describe, expect, test } from "vitest";
import { Driver } from "../../../../proto/runtime/driver.ts";

/** A reducer that notes its events; `3` asks for the effects `3a` and `3b`. */
class Bench {
  readonly log: string[] = [];
  readonly faults: unknown[] = [];
  readonly timers: { readonly ms: number; readonly work: () => void; cancelled: boolean }[] = [];
  readonly driver: Driver<readonly number[], number, string>;
  nowMs = 0;
  workedOff = 0;
  /** What an effect does, beside being noted. */
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
          this.workedOff += 1;
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

  /** Fires every timer that waits, and none that they set. */
  fire(): void {
    for (const timer of this.timers.splice(0)) if (!timer.cancelled) timer.work();
  }
}

describe("events", () => {
  test("are worked off in their order, each with its effects, by the time of their turn", () => {
    const bench = new Bench();
    bench.driver.feed(1);
    bench.nowMs = 5;
    bench.driver.feed(2);
    expect(bench.log).toEqual(["1 at 0", "1a", "1b", "2 at 5", "2a", "2b"]);
    expect(bench.driver.state).toEqual([1, 2]);
    expect(bench.workedOff).toBe(2);
  });

  test("that an effect feeds wait until all effects of the step have run", () => {
    const bench = new Bench();
    bench.does.set("1a", () => {
      bench.driver.feed(2);
      bench.driver.feed(3);
    });
    bench.driver.feed(1);
    expect(bench.log).toEqual(["1 at 0", "1a", "1b", "2 at 0", "2a", "2b", "3 at 0", "3a", "3b"]);
    expect(bench.workedOff).toBe(1);
  });
});

describe("timers", () => {
  test("feed their event once; a new one replaces the one with the same key", () => {
    const bench = new Bench();
    bench.driver.setTimer("x", 10.2, 1);
    bench.driver.setTimer("x", -3, 2);
    bench.driver.setTimer("y", 7, 3);
    expect(bench.timers.map(({ ms, cancelled }) => [ms, cancelled])).toEqual([
      [11, true],
      [0, false],
      [7, false],
    ]);
    bench.fire();
    bench.fire();
    expect(bench.driver.state).toEqual([2, 3]);
  });

  test("that repeat go on until the stop", async () => {
    const bench = new Bench();
    bench.driver.repeat("tick", 100, 1);
    bench.fire();
    bench.fire();
    expect(bench.driver.state).toEqual([1, 1]);
    await bench.driver.stop();
    bench.fire();
    expect(bench.driver.state).toEqual([1, 1]);
  });

  test("are cancelled by a stop, and none is set after it", async () => {
    const bench = new Bench();
    bench.driver.setTimer("x", 10, 1);
    await bench.driver.stop();
    bench.driver.setTimer("y", 10, 2);
    bench.driver.repeat("z", 10, 3);
    expect(bench.timers.map(({ cancelled }) => cancelled)).toEqual([true]);
  });
});

describe("stop", () => {
  test("works off its last event, and ignores what comes later", async () => {
    const bench = new Bench();
    bench.does.set("9a", () => bench.driver.setTimer("x", 1, 7));
    const stopped = bench.driver.stop(9);
    expect(bench.driver.state).toEqual([9]);
    bench.driver.feed(1);
    await stopped;
    await bench.driver.stop(2);
    expect(bench.driver.state).toEqual([9]);
    bench.fire();
    expect(bench.driver.state).toEqual([9]);
  });

  test("from inside an effect still works off what was fed before it", async () => {
    const bench = new Bench();
    bench.does.set("1a", () => {
      bench.driver.feed(2);
      void bench.driver.stop(9);
      bench.driver.feed(3);
    });
    bench.driver.feed(1);
    await bench.driver.stop();
    expect(bench.driver.state).toEqual([1, 2, 9]);
  });

  test("waits for the promises under way, also for those of its last event", async () => {
    const bench = new Bench();
    const first = Promise.withResolvers<number>();
    const last = Promise.withResolvers<undefined>();
    bench.driver.own(first.promise);
    bench.does.set("9a", () => bench.driver.own(last.promise));
    let stopped = false;
    const stopping = bench.driver.stop(9).then(() => {
      stopped = true;
    });
    first.resolve(5);
    await first.promise;
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    last.resolve(undefined);
    await stopping;
    expect(bench.driver.state).toEqual([9]);
  });
});

describe("an owned promise", () => {
  test("feeds the event that it gives, or none", async () => {
    const bench = new Bench();
    bench.driver.own(Promise.resolve(4));
    bench.driver.own(Promise.resolve(undefined));
    await new Promise(setImmediate);
    expect(bench.driver.state).toEqual([4]);
  });

  test("that fails is a fault", async () => {
    const bench = new Bench();
    bench.driver.own(Promise.reject(new Error("the disk is gone")));
    await bench.driver.stop();
    expect(bench.faults).toEqual([new Error("the disk is gone")]);
  });
});

describe("an effect that throws", () => {
  test("is one fault; the rest of its step and every later event are left out", async () => {
    const bench = new Bench();
    bench.driver.setTimer("x", 10, 8);
    bench.does.set("1a", () => {
      bench.driver.feed(2);
      throw new Error("no such session");
    });
    bench.driver.feed(1);
    bench.driver.feed(3);
    bench.fire();
    bench.driver.own(Promise.reject(new Error("a second one")));
    await bench.driver.stop(9);
    expect(bench.faults).toEqual([new Error("no such session")]);
    expect(bench.log).toEqual(["1 at 0", "1a"]);
    expect(bench.workedOff).toBe(0);
  });
});
