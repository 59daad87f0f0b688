import type { DrillStep } from "./drill-step.ts";
import type { DeploymentControl } from "./injections/injection.ts";

/** Whether no deployment can carry out these steps, whatever commands its operator writes down. */
export function needsSandbox(steps: readonly DrillStep[]): boolean {
  return steps.some((step) => {
    if (step.kind === "copy_disk") return true;
    if (step.kind !== "injection") return false;
    return step.plan(PARTS).injections.some((injection) => "unable" in injection.deployment(ABLE));
  });
}

/** Enough parts for every role. */
const PARTS = { regions: ["home", "standby", "third"], gateways: ["first", "second"] };

/** A deployment with all commands. It is only asked whether it has them. */
const ABLE: DeploymentControl = {
  part: (name) => ({
    name,
    url: "",
    kill: "kill",
    start: "start",
    freeze: "freeze",
    thaw: "thaw",
    isolate: "isolate",
    rejoin: "rejoin",
  }),
  linkCommands: () => ({ cut: "cut", heal: "heal" }),
  hasOperatorToken: true,
  run: notADeployment,
  ready: notADeployment,
  setMember: notADeployment,
  stayCommand: () => "stay",
};

function notADeployment(): never {
  throw new Error("this deployment does not exist");
}
