import { test } from "vitest";
import type { TestContext } from "vitest";
import { DrillSession } from "../../deploy/drill/drill-session.ts";
import { findDrill } from "../../deploy/drill/shipped-drills.ts";
import type { DrillOutcome } from "../../deploy/drill/outcome.ts";
import { SandboxTarget } from "../../deploy/drill/sandbox-target.ts";
import { seededRandom } from "../../deploy/sandbox/seeded-random.ts";
import { systemClock } from "../../proto/runtime/clock.ts";

/**
 * A check that cannot fail proves nothing. Each broken build is a real process in which one function is replaced, so that it
 * breaks a promise. The drill about that promise must fail and name the readings.
 */
async function drilled(
  name: string,
  broken: { gateway?: string; region?: string },
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
): Promise<DrillOutcome> {
  const preload = (file: string | undefined): Record<string, string> =>
    file === undefined
      ? {}
      : { NODE_OPTIONS: `--import ${new URL(`../support/broken-builds/${file}.ts`, import.meta.url).href}` };
  const drill = findDrill(name);
  const random = seededRandom(7);
  const environments = { gateway: preload(broken.gateway), region: preload(broken.region) };
  const target = await SandboxTarget.open(drill, { random, environments });
  onTestFinished(() => target.close());
  const session = new DrillSession(
    { drill, target, clock: systemClock, random, onMark: () => undefined },
    { run: "broken", seed: 7, command: "" },
  );
  const { outcome } = await session.outcome();
  console.log(`${name}: ${outcome.sentence}`);
  return outcome;
}

test.concurrent("[P6] a gateway that acknowledges before it commits fails a drill that kills it", async ({
  expect,
  onTestFinished,
}) => {
  const outcome = await drilled("gateway-kill-loop", { gateway: "acks-before-commit" }, { onTestFinished });
  expect(outcome.verdict).toBe("failed");
  expect(outcome.reasons[0]).toMatch(/^.*acknowledged readings .*drill\/broken\/plant-1\/\d.*#\d+/);
});

test.concurrent("a gateway that trims what only one region has fails a drill that loses that region", async ({
  expect,
  onTestFinished,
}) => {
  const outcome = await drilled("region-killed-for-ever", { gateway: "trims-eagerly" }, { onTestFinished });
  expect(outcome.verdict).toBe("failed");
  expect(outcome.reasons[0]).toMatch(/acknowledged readings .*drill\/broken\/plant-\d\/\d.*#\d+/);
});

test.concurrent("a region that drops a batch fails any drill, while it runs or at its end", async ({
  expect,
  onTestFinished,
}) => {
  const outcome = await drilled("region-killed-and-back", { region: "drops-a-batch" }, { onTestFinished });
  expect(outcome.verdict).toBe("failed");
  expect(outcome.reasons[0]).toMatch(/drill\/broken\/plant-\d\/\d.*#\d+/);
});

test.concurrent("a gateway that takes a redelivery for a new message fails a drill that kills it", async ({
  expect,
  onTestFinished,
}) => {
  const outcome = await drilled("gateway-kill-loop", { gateway: "forgets-deliveries" }, { onTestFinished });
  expect(outcome.verdict).toBe("failed");
  expect(outcome.reasons[0]).toMatch(/more than once in eu: drill\/broken\/plant-1\/\d #\d+/);
});
