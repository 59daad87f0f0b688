import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { Watchdog } from "../../../../deploy/sandbox/watchdog.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-watchdog-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const until = async (met: () => boolean): Promise<void> => {
  await expect.poll(met).toBe(true);
};
const file = (name: string): string => join(folder, name);
const touch = (name: string): string => `touch '${file(name)}'`;

test("an armed command runs when its time is over, unless it was disarmed", async () => {
  const watchdog = new Watchdog();
  watchdog.arm(touch("first"), 200);
  const disarm = watchdog.arm(touch("second"), 250);
  disarm();
  watchdog.arm(touch("third"), 300);
  await until(() => existsSync(file("third")));
  expect([existsSync(file("first")), existsSync(file("second"))]).toEqual([true, false]);
  await watchdog.dismiss();
});

test("when its supervisor is gone, it runs armed commands, kills frozen processes, and removes folders", async () => {
  const watchdog = new Watchdog();
  const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  const gone = once(child, "exit");
  process.kill(child.pid!, "SIGSTOP");
  const rest = file("rest");
  mkdirSync(rest);
  writeFileSync(join(rest, "data"), "x");
  watchdog.watch(child.pid!);
  watchdog.folder(rest);
  watchdog.arm(touch("healed"), 3_600_000);
  watchdog.abandon();
  expect(await gone).toEqual([null, "SIGKILL"]);
  await until(() => existsSync(file("healed")) && !existsSync(rest));
});

test("when its supervisor has finished, it does nothing", async () => {
  const watchdog = new Watchdog();
  const rest = file("rest");
  mkdirSync(rest);
  watchdog.folder(rest);
  watchdog.arm(touch("healed"), 3_600_000);
  await watchdog.dismiss();
  await watchdog.dismiss();
  expect([existsSync(rest), existsSync(file("healed"))]).toEqual([true, false]);
});
