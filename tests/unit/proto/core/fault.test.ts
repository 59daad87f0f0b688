import { expect, test } from "vitest";
import { EXIT_CODE, Fault } from "../../../../proto/core/fault.ts";
import type { FaultCode } from "../../../../proto/core/fault.ts";

const retryOf = (code: FaultCode): string => new Fault({ code, message: "m" }).retry;

test("only faults that can pass by themselves may be tried again", () => {
  const passing = (Object.keys(EXIT_CODE) as FaultCode[]).filter((code) => retryOf(code) === "backoff");
  expect(passing).toEqual(["port", "storage_locked", "unreachable"]);
});

test("the line of a fault names the cause, then the cure", () => {
  expect(new Fault({ code: "port", message: "in use" }).line).toBe("in use");
  expect(new Fault({ code: "port", message: "in use", hint: "stop the other one" }).line).toBe(
    "in use (stop the other one)",
  );
});
