import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../../proto/core/fault.ts";
import { isReady } from "../../proto/runtime/http/client.ts";
import { readSecret } from "../../proto/runtime/secret-file.ts";
import { RegionCommands } from "../operator/region-commands.ts";
import { Watchdog } from "../sandbox/watchdog.ts";
import type { BrokerTarget } from "../sensors/sensor-client.ts";
import type { DeploymentFile } from "./deployment-file.ts";
import type { DeployedPart, DeploymentAction, DeploymentControl, Injection } from "./injections/injection.ts";
import { injectionsSentence } from "./injections/injection.ts";
import type { DrillTarget, TargetGateway, TargetRegion } from "./target.ts";

/**
 * A deployment that runs already. Injections are commands that its operator wrote down. Before one begins, the command that
 * ends it is given to the watchdog, a process that outlives this one.
 */
export class DeploymentTarget implements DrillTarget {
  readonly name: string;
  readonly kind = "deployment";
  readonly copiesDisks = false;
  readonly production: boolean;
  readonly regions: readonly TargetRegion[];
  readonly gateways: readonly TargetGateway[];
  readonly #file: DeploymentFile;
  readonly #folder: string;
  /** Started with the first injection. */
  #watchdog: Watchdog | undefined;
  readonly #armed = new Map<Injection, () => void>();
  #closed: Promise<void> | undefined;

  /** @param folder of the file: commands run there. @throws Fault when a file that it names cannot be read. */
  constructor(file: DeploymentFile, folder: string) {
    this.#file = file;
    this.#folder = folder;
    this.name = file.target;
    this.production = file.production;
    this.regions = file.regions.map(({ name, url }) => ({ name, url: url.replace(/\/$/, "") }));
    this.gateways = file.gateways.map(({ name, url, mqtt }) => ({
      name,
      url: url.replace(/\/$/, ""),
      mqtt: brokerOf(mqtt),
    }));
  }

  inabilityTo(injection: Injection): string | undefined {
    const action = injection.deployment(this.#controlFor(injection));
    return "unable" in action ? action.unable : undefined;
  }

  async begin(injection: Injection): Promise<void> {
    const action = this.#actionOf(injection);
    // The watchdog first: otherwise an injection could begin and never end.
    const command = `cd ${quoted(this.#folder)} && ${filled(action.watchdogCommand, injection)}`;
    this.#watchdog ??= new Watchdog();
    this.#armed.set(injection, this.#watchdog.arm(command, injection.durationMs + GRACE_MS));
    await action.begin();
  }

  async end(injection: Injection): Promise<void> {
    const action = this.#actionOf(injection);
    await action.end();
    this.#armed.get(injection)?.();
    this.#armed.delete(injection);
    await action.afterEnd?.();
  }

  copyDisk(): Promise<void> {
    return Promise.reject(new Fault({ code: "config", message: "copy_disk is for the sandbox only" }));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // Injections that are still armed were not ended in order. An abandoned watchdog ends them now.
    if (this.#armed.size > 0) this.#watchdog?.abandon();
    else await this.#watchdog?.dismiss();
  }

  #actionOf(injection: Injection): DeploymentAction {
    const action = injection.deployment(this.#controlFor(injection));
    if ("unable" in action) throw new Fault({ code: "config", message: action.unable });
    return action;
  }

  #controlFor(injection: Injection): DeploymentControl {
    return {
      part: (name) => this.#part(name),
      linkCommands: (link) => this.#file.links.find(({ from, to }) => from === link.from && to === link.to),
      hasOperatorToken: this.#file.operatorTokenFile !== undefined,
      run: (command) => this.#run(filled(command, injection), injection),
      ready: (part) => this.#ready(part),
      setMember: (region, state) => this.#setMember(region, state),
      stayCommand: (region) => this.#stayCommand(region),
    };
  }

  #run(command: string, injection: Injection): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = { cwd: this.#folder, timeout: COMMAND_MS, killSignal: "SIGKILL" } as const;
      execFile("/bin/sh", ["-c", command], options, (error, _, stderr) => {
        if (error === null) return resolve();
        const reason = stderr.trim().split("\n").at(-1) || error.message;
        const what = injectionsSentence([injection]);
        return reject(
          new Fault({
            code: "config",
            message: `${what}: the command ${JSON.stringify(command)} failed: ${reason}`,
            hint: "correct the command in the deployment file",
            cause: error,
          }),
        );
      });
    });
  }

  async #ready(part: string): Promise<void> {
    const { url } = this.#part(part);
    const deadline = AbortSignal.timeout(READY_MS);
    while (!deadline.aborted) {
      if (await isReady(url, { deadlineMs: 1000 })) return;
      await delay(200);
    }
    const message = `${part} was started and is not ready after ${READY_MS / 1000} s (${url})`;
    throw new Fault({ code: "unreachable", message, hint: "look at its log" });
  }

  async #setMember(region: string, state: "leaving" | "member"): Promise<void> {
    const commands = new RegionCommands(this.#other(region).url, readSecret(this.#tokenFile()));
    await commands.send({ command: "set_member", region, state, reason: "failover drill", actor: "drill" });
  }

  #stayCommand(region: string): string {
    const flags = [
      "--region",
      this.#other(region).url,
      "--token-file",
      this.#tokenFile(),
      "--reason",
      "failover drill is over",
    ];
    return [process.execPath, process.argv[1] ?? "tidemark", "regions", "stay", region, ...flags].map(quoted).join(" ");
  }

  /** A region whose state changes does not get the command itself: another region does. */
  #other(region: string): TargetRegion {
    return this.regions.find(({ name }) => name !== region)!;
  }

  #tokenFile(): string {
    return this.#file.operatorTokenFile ?? "";
  }

  #part(name: string): DeployedPart {
    return [...this.#file.regions, ...this.#file.gateways].find((part) => part.name === name)!;
  }
}

function brokerOf({ url, username, passwordFile, ca }: DeploymentFile["gateways"][number]["mqtt"]): BrokerTarget {
  return {
    url,
    ...(username === undefined ? {} : { username }),
    ...(passwordFile === undefined ? {} : { password: readSecret(passwordFile) }),
    ...(ca === undefined ? {} : { ca: readFileSync(ca, "utf8") }),
  };
}

/** Replaces `{seconds}` with the planned duration, so that the other machine can set its own timer. */
function filled(command: string, { durationMs }: Injection): string {
  return command.replaceAll("{seconds}", String(Math.ceil(durationMs / 1000)));
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The drill ends its injections itself. The watchdog waits this much longer before it does so instead. */
const GRACE_MS = 5_000;
const COMMAND_MS = 30_000;
const READY_MS = 60_000;
