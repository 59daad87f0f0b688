import { expect, test } from "vitest";
import { openFilesMax, parsedOpenFilesMax, possibleConnections } from "../../../../edge/mqtt/open-files.ts";

test("connections leave enough file descriptors for the gateway itself", () => {
  expect(possibleConnections(20_000, Infinity)).toBe(20_000);
  expect(possibleConnections(500, 20_000)).toBe(500);
  expect(possibleConnections(20_000, 4_096)).toBe(3_840);
  expect(possibleConnections(20_000, 64)).toBe(1);
});

test("the limit is the soft limit of /proc/PID/limits", () => {
  const head = "Limit                     Soft Limit           Hard Limit           Units     \n";
  expect(
    parsedOpenFilesMax(`${head}Max open files            1024                 524288               files     \n`),
  ).toBe(1024);
  expect(
    parsedOpenFilesMax(`${head}Max open files            unlimited            unlimited            files     \n`),
  ).toBe(Infinity);
  expect(parsedOpenFilesMax("")).toBe(Infinity);
});

test.runIf(process.platform === "linux")("this machine has such a limit", () => {
  expect(openFilesMax()).toBeGreaterThan(64);
});
