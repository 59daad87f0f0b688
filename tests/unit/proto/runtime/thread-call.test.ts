import { expect, onTestFinished, test } from "vitest";
import { Fault } from "../../../../proto/core/fault.ts";
import { sourceFile } from "../../../../proto/runtime/source-file.ts";
import { remoteCalls, ThreadClient } from "../../../../proto/runtime/thread-call.ts";
import type { AdderThread } from "../../../support/threads/adder-contract.ts";

const DATA: AdderThread["data"] = { start: 0, onError: "answer", groups: true };

function adder() {
  const failures: Fault[] = [];
  const failed = Promise.withResolvers<Fault>();
  const added: AdderThread["events"]["added"][] = [];
  const returned = Promise.withResolvers<ArrayBuffer>();
  const thread = new ThreadClient<AdderThread>({
    name: "adder",
    source: sourceFile("../../../support/threads/adder-worker", import.meta.url),
    events: {
      added: (event) => void added.push(event),
      returned: ({ buffer }) => returned.resolve(buffer),
    },
    onFailure: (fault) => {
      failures.push(fault);
      failed.resolve(fault);
    },
  });
  onTestFinished(() => thread.close().catch(() => undefined));
  return { thread, failures, failed: failed.promise, added, returned: returned.promise };
}

test("a thread is ready with a value, and answers its calls in order", async () => {
  const { thread } = adder();
  expect(await thread.start({ ...DATA, start: 7 })).toEqual({ sum: 7 });
  const calls = remoteCalls(thread, {});
  const answers = [calls.sum(), calls.plus(3, 4), calls.divide({ by: 2 }), calls.sum()];
  expect(await Promise.all(answers)).toEqual([7, 7, 3.5, 3.5]);
});

test("an object of remote calls has its own members, and can be awaited", async () => {
  const { thread } = adder();
  await thread.start({ ...DATA, start: 7 });
  const calls = await Promise.resolve(remoteCalls(thread, { id: 5, plus: async () => -1 }));
  expect([calls.id, await calls.plus(), await calls.sum()]).toEqual([5, -1, 7]);
  expect(calls.constructor).toBe(Object);
});

test.each(["toString", "constructor", "__proto__", "hasOwnProperty", "nothing"])(
  "the thread refuses a call of %s, because no such method is served",
  async (name) => {
    const { thread, failures } = adder();
    await thread.start(DATA);
    await expect(thread.call(name as "sum", [])).rejects.toThrow(`the thread contract has no ${name}`);
    expect(await thread.call("sum", [])).toBe(0);
    expect(failures).toEqual([]);
  },
);

test("waiting messages are flushed as one group, before a call is answered", async () => {
  const { thread, added } = adder();
  await thread.start(DATA);
  thread.send("add", 1);
  thread.send("add", 2);
  expect(await thread.call("sum", [])).toBe(3);
  thread.send("add", 3);
  thread.send("add", 4);
  await thread.close();
  expect(added.at(-1)).toMatchObject({ sum: 10 });
  expect(added.reduce((sum, { count }) => sum + count, 0)).toBe(4);
});

test("a buffer is moved to the thread and back, not copied", async () => {
  const { thread, returned } = adder();
  await thread.start(DATA);
  const buffer = new Uint8Array([1, 2, 3]).buffer;
  thread.send("bytes", { buffer }, [buffer]);
  expect(buffer.byteLength).toBe(0);
  expect([...new Uint8Array(await returned)]).toEqual([1, 2, 3]);
});

test.each([
  { start: -1, line: "less than nothing (start at 0)", code: "config" },
  { start: Number.NaN, line: "translated: RangeError: not a number", code: "storage_io" },
])("a thread that cannot start ($code) rejects the start, and every call after it", async ({ start, line, code }) => {
  const { thread, failures } = adder();
  const starting = thread.start({ ...DATA, start });
  await expect(starting).rejects.toThrow(Fault);
  await expect(starting).rejects.toMatchObject({ line, code });
  await expect(thread.call("sum", [])).rejects.toMatchObject({ line });
  expect(failures.map((fault) => fault.line)).toEqual([line]);
  await thread.close();
});

test("a worker file that cannot be loaded rejects the start", async () => {
  const thread = new ThreadClient<AdderThread>({
    name: "adder",
    source: sourceFile("./no-such-worker", import.meta.url),
    events: { added: () => undefined, returned: () => undefined },
    onFailure: () => undefined,
  });
  await expect(thread.start(DATA)).rejects.toThrow(/^the adder thread failed: Cannot find module/);
});

test("the error of a call goes to its caller, and the thread continues", async () => {
  const { thread, failures } = adder();
  await thread.start({ ...DATA, start: 8 });
  const divided = thread.call("divide", [{ by: 0 }]);
  await expect(divided).rejects.toThrow(Fault);
  await expect(divided).rejects.toMatchObject({ code: "usage", line: "division by zero (take another number)" });
  expect(await thread.call("divide", [{ by: 2 }])).toBe(4);
  expect(failures).toEqual([]);
});

test("if an error of a call ends the thread, every waiting call is rejected with it, once", async () => {
  const { thread, failures, added } = adder();
  await thread.start({ ...DATA, onError: "end" });
  const waiting = thread.call("never", []);
  const divided = thread.call("divide", [{ by: 0 }]);
  thread.send("add", 1);
  const late = thread.call("sum", []);
  for (const call of [waiting, divided, late]) await expect(call).rejects.toMatchObject({ code: "usage" });
  await expect(thread.call("sum", [])).rejects.toMatchObject({ code: "usage" });
  thread.send("add", 1);
  await thread.close();
  expect(failures.map(({ code }) => code)).toEqual(["usage"]);
  expect(added).toEqual([]);
});

test.each([
  { how: "throw" as const, line: "translated: Error: told to" },
  { how: "throw_later" as const, line: "translated: Error: told to, later" },
  { how: "exit" as const, line: "the adder thread ended with code 3" },
])("a thread that ends by itself ($how) rejects the waiting calls", async ({ how, line }) => {
  const { thread, failures, failed } = adder();
  await thread.start(DATA);
  const waiting = thread.call("never", []);
  thread.send("end", how);
  await expect(waiting).rejects.toMatchObject({ line });
  expect((await failed).line).toBe(line);
  await expect(thread.call("sum", [])).rejects.toMatchObject({ line });
  await thread.close();
  expect(failures).toHaveLength(1);
});

test("close may be called twice and before the start; calls are refused from then on", async () => {
  const unstarted = adder();
  await expect(unstarted.thread.call("sum", [])).rejects.toThrow("the adder thread is not started");
  await unstarted.thread.close();

  const { thread, failures, added } = adder();
  await thread.start(DATA);
  const before = thread.call("plus", [1, 2]);
  thread.send("add", 5);
  const closing = thread.close();
  const after = thread.call("sum", []);
  thread.send("add", 5);
  await expect(after).rejects.toThrow("the adder thread is closed");
  expect(await before).toBe(3);
  await closing;
  await thread.close();
  expect(added).toEqual([{ count: 1, sum: 5 }]);
  expect(failures).toEqual([]);
});

test("an error of the close rejects the close, and is reported as a failure", async () => {
  const { thread, failures } = adder();
  await thread.start({ ...DATA, start: 13 });
  await expect(thread.close()).rejects.toThrow("translated: Error: 13 cannot be closed");
  expect(failures).toHaveLength(1);
});

test("a thread that is not done by the deadline is terminated", async () => {
  const { thread, failures } = adder();
  await thread.start(DATA);
  const line = "the adder thread did not close within 0.05 s";
  const waiting = thread.call("never", []).catch((error: unknown) => error);
  await expect(thread.close({ deadlineMs: 50 })).rejects.toThrow(line);
  expect(await waiting).toMatchObject({ line });
  expect(failures).toHaveLength(1);
});
