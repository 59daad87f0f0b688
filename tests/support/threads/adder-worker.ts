import { Fault } from "../../../proto/core/fault.ts";
import { serveThread } from "../../../proto/runtime/thread-call.ts";
import type { AdderThread } from "./adder-contract.ts";

serveThread<AdderThread>({
  fault: (error) => new Fault({ code: "storage_io", message: `translated: ${String(error)}` }),
  open: (thread) => {
    let sum = thread.data.start;
    let added = 0;
    if (sum < 0) throw new Fault({ code: "config", message: "less than nothing", hint: "start at 0" });
    if (Number.isNaN(sum)) throw new RangeError("not a number");
    const flush = (): void => {
      if (added === 0) return;
      thread.emit("added", { count: added, sum });
      added = 0;
    };
    return {
      ready: { sum },
      onError: thread.data.onError,
      calls: {
        sum: () => sum,
        plus: async (left, right) => left + right,
        divide: ({ by }) => {
          if (by === 0) throw new Fault({ code: "usage", message: "division by zero", hint: "take another number" });
          sum /= by;
          return sum;
        },
        never: () => new Promise(() => undefined),
      },
      messages: {
        add: (number) => {
          sum += number;
          added++;
        },
        bytes: ({ buffer }) => thread.emit("returned", { buffer }, [buffer]),
        end: (how) => {
          if (how === "exit") process.exit(3);
          if (how === "throw") throw new Error("told to");
          thread.soon(() => {
            throw new Error("told to, later");
          });
        },
      },
      ...(thread.data.groups ? { flush } : {}),
      close: () => {
        if (sum === 13) throw new Error("13 cannot be closed");
      },
    };
  },
});
