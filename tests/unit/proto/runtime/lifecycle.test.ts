import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";

const at = (file: string): string => JSON.stringify(new URL(`../../../../proto/${file}`, import.meta.url).href);

/** Runs a process whose `main` is the given code; it prints `up` when it has started. */
function running(main: string, environment: Record<string, string> = {}) {
  const program = `
    import { runProcess } from ${at("runtime/lifecycle.ts")};
    import { Fault } from ${at("core/fault.ts")};
    const say = (text) => void process.stdout.write(text + "\\n");
    const beat = setInterval(() => {}, 1000);
    await runProcess(async (life) => { ${main}; say("up"); });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    env: { ...process.env, ...environment },
    stdio: "pipe",
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = { out: "", err: "" };
  const waiting: { text: string; resolve: () => void }[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.out += text;
    for (const { text: wanted, resolve } of waiting) if (output.out.includes(wanted)) resolve();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.err += text));
  return {
    child,
    printed: (text: string): Promise<void> =>
      new Promise((resolve) => {
        waiting.push({ text, resolve });
        if (output.out.includes(text)) resolve();
      }),
    end: once(child, "close").then(([code]) => ({ code: code as number | null, ...output })),
  };
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s stops in the reverse order of the start, with exit code 0",
  async (signal) => {
    const { child, printed, end } = running(`
    life.onStop("first", () => say("first stopped"));
    life.onStop("second", async () => { await null; say("second stopped"); })`);
    await printed("up");
    child.kill(signal);
    expect(await end).toEqual({ code: 0, out: "up\nsecond stopped\nfirst stopped\n", err: "" });
  },
);

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("a second signal, %s, ends at once", async (signal, code) => {
  const { child, printed, end } = running(
    `life.onStop("stuck", () => new Promise(() => { say("stopping"); }), 60_000)`,
  );
  await printed("up");
  child.kill("SIGTERM");
  await printed("stopping");
  child.kill(signal);
  expect((await end).code).toBe(code);
});

test("a part that stops too late, or fails to stop, does not prevent the others from stopping", async () => {
  const { child, printed, end } = running(`
    life.onStop("first", () => say("first stopped"));
    life.onStop("stuck", () => new Promise(() => {}), 10);
    life.onStop("broken", () => { throw new Fault({ code: "storage_io", message: "broken" }); })`);
  await printed("up");
  child.kill("SIGTERM");
  const { code, out, err } = await end;
  expect(out).toContain("first stopped");
  expect(err).toBe("tidemark: broken\ntidemark: stuck did not stop within 0.01 s; continuing without it\n");
  expect(code).toBe(74);
});

test("a fault is one line and its exit code; started parts are stopped", async () => {
  const { end } = running(`
    life.onStop("first", () => say("first stopped"));
    throw new Fault({ code: "port", message: "taken", hint: "choose another" })`);
  expect(await end).toEqual({ code: 69, out: "first stopped\n", err: "tidemark: taken (choose another)\n" });
});

test.each([
  ["thrown while starting", `throw new TypeError("ours")`],
  ["thrown later", `setTimeout(() => { throw new TypeError("ours"); })`],
  ["a rejected promise without an owner", `void Promise.reject(new TypeError("ours"))`],
])("a mistake in this software, %s, is a stack trace and exit code 70", async (_, main) => {
  const { code, err } = await running(main).end;
  expect(code).toBe(70);
  expect(err).toMatch(/^tidemark: TypeError: ours\n\s+at /);
});

test("SIGHUP reloads, and stops nothing", async () => {
  const { child, printed, end } = running(`life.onReload(() => say("read again"))`);
  await printed("up");
  child.kill("SIGHUP");
  await printed("read again");
  child.kill("SIGTERM");
  expect((await end).code).toBe(0);
});

test("the end of standard input stops the process if the supervisor asks for this", async () => {
  const { child, printed, end } = running(`life.onStop("first", () => say(life.reason))`, {
    TIDEMARK_STOP_WITH_STDIN: "1",
  });
  await printed("up");
  child.stdin.end();
  expect(await end).toEqual({ code: 0, out: "up\nstandard input ended\n", err: "" });
});
