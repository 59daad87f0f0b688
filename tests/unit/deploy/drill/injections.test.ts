import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { drillStep } from "../../../../deploy/drill/drill-step.ts";
import type { DeploymentControl, Injection, SandboxControl } from "../../../../deploy/drill/injections/injection.ts";
import { injectionsSentence } from "../../../../deploy/drill/injections/injection.ts";
import { INJECTIONS } from "../../../../deploy/drill/injections/registry.ts";

const PARTS = { regions: ["eu", "us"], gateways: ["plant-1"] };

function injectionOf(given: object): Injection {
  const step = drillStep().parse(given);
  if (step.kind !== "injection") throw new Error("expected an injection");
  return step.plan(PARTS).injections[0]!;
}

/** Writes down what an injection asks for. */
function recordingSandbox(asked: string[]): SandboxControl {
  return {
    kill: async (part) => void asked.push(`kill ${part}`),
    start: async (part) => void asked.push(`start ${part}`),
    signal: (part, signal) => void asked.push(`${signal} ${part}`),
    restartWithDisk: async (part, disk) => void asked.push(`restart ${part} with ${disk} disk`),
    restartAfterRot: async (part, { file, bits }) => void asked.push(`${bits} bits of the ${file} of ${part}`),
    startClone: async (part) => void asked.push(`clone ${part}`),
    stopClone: async (part) => void asked.push(`end the clone of ${part}`),
    setClock: (part, byMs) => void asked.push(`clock of ${part} ${byMs}`),
    linksOf: (part) => [{ from: "plant-1", to: part }],
    setLink: ({ from, to }, faults) => void asked.push(`${from}>${to} ${JSON.stringify(faults)}`),
    resetLink: ({ from, to }) => void asked.push(`reset ${from}>${to}`),
    setMember: async (region, state) => void asked.push(`${region} is ${state}`),
  };
}

const CUT = '{"there":{"cut":true},"back":{"cut":true}}';
const KINDS: readonly (readonly [object, { says: string; begins: string; ends: string | null; durationMs: number }])[] =
  [
    [
      { kill: { part: "home", for: "8s" } },
      { says: "eu is killed, and started again after 8s", begins: "kill eu", ends: "start eu", durationMs: 8000 },
    ],
    [
      { kill: { part: "home", for: "ever" } },
      { says: "eu is killed, for ever", begins: "kill eu", ends: "start eu", durationMs: Infinity },
    ],
    [
      { kill_loop: { part: "first", times: 3, every: "1s" } },
      {
        says: "plant-1 is killed and started again at once",
        begins: "kill plant-1",
        ends: "start plant-1",
        durationMs: 0,
      },
    ],
    [
      { freeze: { part: "home", for: "8s" } },
      { says: "eu is frozen for 8s", begins: "SIGSTOP eu", ends: "SIGCONT eu", durationMs: 8000 },
    ],
    [
      { isolate: { part: "home", for: "8s" } },
      {
        says: "eu is cut off from everybody for 8s",
        begins: `plant-1>eu ${CUT}`,
        ends: "plant-1>eu {}",
        durationMs: 8000,
      },
    ],
    [
      { cut_link: { from: "first", to: "home", for: "8s" } },
      {
        says: "the link plant-1 > eu is cut for 8s, silently",
        begins: `plant-1>eu ${CUT}`,
        ends: "plant-1>eu {}",
        durationMs: 8000,
      },
    ],
    [
      { slow_link: { from: "first", to: "home", way: "back", latency: "40ms", bandwidth: "40B", for: "8s" } },
      {
        says: "the link plant-1 > eu is slow in the other direction only for 8s: 40ms of latency, 40 B/s",
        begins: 'plant-1>eu {"back":{"latencyMs":40,"jitterMs":0,"bytesPerS":40}}',
        ends: "plant-1>eu {}",
        durationMs: 8000,
      },
    ],
    [
      { reset_link: { from: "sensors", to: "first" } },
      {
        says: "the link sensors > plant-1 is broken off",
        begins: "reset sensors>plant-1",
        ends: null,
        durationMs: 0,
      },
    ],
    [
      { evacuate: { part: "home", for: "8s" } },
      {
        says: "eu is evacuated by command, and stays after 8s",
        begins: "eu is leaving",
        ends: "eu is member",
        durationMs: 8000,
      },
    ],
    [
      { restore: { part: "home" } },
      {
        says: "eu is killed and starts with the copy of its disk",
        begins: "restart eu with copied disk",
        ends: null,
        durationMs: 0,
      },
    ],
    [
      { rebuild: { part: "home" } },
      {
        says: "eu is killed and starts with an empty disk",
        begins: "restart eu with empty disk",
        ends: null,
        durationMs: 0,
      },
    ],
    [
      { clone: { part: "first", for: "8s" } },
      {
        says: "a copy of plant-1, disk and name, runs beside it for 8s",
        begins: "clone plant-1",
        ends: "end the clone of plant-1",
        durationMs: 8000,
      },
    ],
    [
      { rot: { part: "first", file: "log" } },
      {
        says: "plant-1 is killed, one bit of its write-ahead log flipped, and it starts again",
        begins: "1 bits of the log of plant-1",
        ends: null,
        durationMs: 0,
      },
    ],
    [
      { rot: { part: "home", file: "database", bits: 7 } },
      {
        says: "eu is stopped, 7 bits of its database flipped, and it starts again",
        begins: "7 bits of the database of eu",
        ends: null,
        durationMs: 0,
      },
    ],
    [
      { shift_clock: { part: "first", by: "-1h", for: "8s" } },
      {
        says: "the clock of plant-1 is behind by 1h for 8s",
        begins: "clock of plant-1 -3600000",
        ends: "clock of plant-1 0",
        durationMs: 8000,
      },
    ],
  ];

test.each(KINDS)("%j says what it does, and begins and ends it in a sandbox", async (given, expected) => {
  const injection = injectionOf(given);
  expect(injectionsSentence([injection])).toBe(expected.says);
  expect(injection.durationMs).toBe(expected.durationMs);
  const asked: string[] = [];
  await injection.sandbox.begin(recordingSandbox(asked));
  expect(asked).toEqual([expected.begins]);
  await injection.sandbox.end?.(recordingSandbox(asked));
  expect(asked).toEqual(expected.ends === null ? [expected.begins] : [expected.begins, expected.ends]);
});

/** A deployment whose operator wrote down every command. */
function recordingDeployment(asked: string[], more: Partial<DeploymentControl> = {}): DeploymentControl {
  const commands = { kill: "k", start: "s", freeze: "f", thaw: "t", isolate: "i", rejoin: "r" };
  return {
    part: (name) => ({ name, url: "http://127.0.0.1:1", ...commands }),
    linkCommands: () => ({ cut: "c", heal: "h" }),
    hasOperatorToken: true,
    run: async (command) => void asked.push(command),
    ready: async (part) => void asked.push(`${part} is ready`),
    setMember: async (region, state) => void asked.push(`${region} is ${state}`),
    stayCommand: (region) => `tidemark regions stay ${region}`,
    ...more,
  };
}

test.each<[object, { asks: string[]; watchdog: string }]>([
  [{ kill: { part: "home", for: "8s" } }, { asks: ["k", "s", "eu is ready"], watchdog: "s" }],
  [{ freeze: { part: "home", for: "8s" } }, { asks: ["f", "t"], watchdog: "t" }],
  [{ isolate: { part: "home", for: "8s" } }, { asks: ["i", "r"], watchdog: "r" }],
  [{ cut_link: { from: "first", to: "home", for: "8s" } }, { asks: ["c", "h"], watchdog: "h" }],
  [
    { evacuate: { part: "home", for: "8s" } },
    { asks: ["eu is leaving", "eu is member"], watchdog: "tidemark regions stay eu" },
  ],
])("%j begins and ends on a running deployment, and the watchdog can end it", async (given, { asks, watchdog }) => {
  const asked: string[] = [];
  const action = injectionOf(given).deployment(recordingDeployment(asked));
  if ("unable" in action) throw new Error(action.unable);
  await action.begin();
  await action.end();
  await action.afterEnd?.();
  expect(asked).toEqual(asks);
  expect(action.watchdogCommand).toBe(watchdog);
});

test.each<[object, Partial<DeploymentControl>, string]>([
  [{ kill: { part: "home", for: "ever" } }, {}, "for: ever is for the sandbox only"],
  [
    { freeze: { part: "home", for: "8s" } },
    { part: (name) => ({ name, url: "http://127.0.0.1:1", freeze: "f" }) },
    "eu has no commands freeze and thaw",
  ],
  [
    { cut_link: { from: "first", to: "home", for: "8s" } },
    { linkCommands: () => undefined },
    "links has no entry from plant-1 to eu",
  ],
  [
    { cut_link: { from: "first", to: "home", way: "there", for: "8s" } },
    {},
    "a link that is cut in one direction is for the sandbox only",
  ],
  [{ evacuate: { part: "home", for: "8s" } }, { hasOperatorToken: false }, "operator_token_file is missing"],
  [{ slow_link: { from: "first", to: "home", for: "8s" } }, {}, "slow_link is for the sandbox only"],
  [{ reset_link: { from: "first", to: "home" } }, {}, "reset_link is for the sandbox only"],
  [{ restore: { part: "home" } }, {}, "restore is for the sandbox only"],
  [{ rebuild: { part: "home" } }, {}, "rebuild is for the sandbox only"],
  [{ clone: { part: "first", for: "8s" } }, {}, "clone is for the sandbox only"],
  [{ rot: { part: "first", file: "log" } }, {}, "rot is for the sandbox only"],
  [{ shift_clock: { part: "first", by: "1h", for: "8s" } }, {}, "shift_clock is for the sandbox only"],
])("%j is refused by a deployment that cannot do it", (given, more, why) => {
  expect(injectionOf(given).deployment(recordingDeployment([], more))).toEqual({ unable: why });
});

test("every kind of injection has its file, is tried here, and is described on the page about drills", () => {
  const folder = fileURLToPath(new URL("../../../../deploy/drill/injections", import.meta.url));
  const files = readdirSync(folder).filter(
    (file) => !["injection.ts", "injection-kind.ts", "registry.ts", "roles.ts"].includes(file),
  );
  const names = Object.keys(INJECTIONS);
  expect(files.map((file) => file.replace(".ts", "").replaceAll("-", "_")).toSorted()).toEqual(names.toSorted());
  expect(new Set(KINDS.flatMap(([given]) => Object.keys(given)))).toEqual(new Set(names));
  const page = readFileSync(new URL("../../../../deploy/drills/README.md", import.meta.url), "utf8");
  for (const name of names) expect(page, name).toMatch(new RegExp(`\`${name}\\b`));
});
