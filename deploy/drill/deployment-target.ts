import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Fault as UserFault } from "../../proto/core/fault.ts";
import { readSecret } from "../../proto/runtime/secret-file.ts";
import { RegionCommands } from "../operator/region-commands.ts";
import { Warden } from "../sandbox/warden.ts";
import type { BrokerTarget } from "../sensors/sensor-client.ts";
import type { DeployedPart, DeploymentFile } from "./deployment-file.ts";
import type { Fault } from "./injections.ts";
import { faultDurationMs, faultsSentence } from "./injections.ts";
import type { DrillTarget, TargetGateway, TargetRegion } from "./target.ts";

/**
 * A deployment that runs already. Faults are the commands that its operator wrote down; for each one the command that
 * ends it is armed before, in a process that outlives this one.
 */
export class DeploymentTarget implements DrillTarget {
  readonly name: string;
  readonly kind = "deployment";
  readonly production: boolean;
  readonly regions: readonly TargetRegion[];
  readonly gateways: readonly TargetGateway[];
  readonly #file: DeploymentFile;
  readonly #folder: string;
  readonly #warden = new Warden();
  readonly #armed = new Map<Fault, () => void>();
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

  unable(fault: Fault | { readonly kind: "copy_disk"; readonly part: string }): string | undefined {
    switch (fault.kind) {
      case "copy_disk":
      case "restore":
      case "rebuild":
      case "shift_clock":
      case "slow_link":
      case "reset_link":
        return `${fault.kind} is for the sandbox only`;
      case "evacuate":
        return this.#file.operatorTokenFile === undefined ? "operator_token_file is missing" : undefined;
      case "kill":
        if (fault.forMs === null) return "what is lost for ever is for the sandbox only";
        break;
      case "cut_link":
        if (fault.way !== "both") return "a link that is cut in one direction is for the sandbox only";
        break;
      case "freeze":
      case "isolate":
    }
    const { from, to } = "link" in fault ? fault.link : { from: fault.part, to: "" };
    if (this.#commandsOf(fault) !== undefined) return undefined;
    return fault.kind === "cut_link"
      ? `links has no entry from ${from} to ${to}`
      : `${from} has no command ${fault.kind}, and none that ends it`;
  }

  async begin(fault: Fault): Promise<void> {
    if (fault.kind === "evacuate") {
      this.#arm(fault, this.#stayCommand(fault.part));
      await this.#setMember(fault.part, "leaving");
      return;
    }
    const commands = this.#commandsOf(fault);
    if (commands === undefined) throw new UserFault({ code: "config", message: this.unable(fault) ?? fault.kind });
    // Before, so that nothing begins that might never end.
    this.#arm(fault, this.#filled(commands.end, fault));
    await this.#run(this.#filled(commands.begin, fault), fault);
  }

  async end(fault: Fault): Promise<void> {
    if (fault.kind === "evacuate") await this.#setMember(fault.part, "member");
    else await this.#run(this.#filled(this.#commandsOf(fault)!.end, fault), fault);
    this.#armed.get(fault)?.();
    this.#armed.delete(fault);
    if (fault.kind === "kill") await this.#ready(fault.part);
  }

  copyDisk(): Promise<void> {
    return Promise.reject(new UserFault({ code: "config", message: "copy_disk is for the sandbox only" }));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // What is still armed was not ended in order. Without a word of farewell the warden ends it now.
    if (this.#armed.size > 0) this.#warden.abandon();
    else await this.#warden.dismiss();
  }

  #arm(fault: Fault, command: string): void {
    const inFolder = `cd ${quoted(this.#folder)} && ${command}`;
    this.#armed.set(fault, this.#warden.arm(inFolder, faultDurationMs(fault) + GRACE_MS));
  }

  #commandsOf(fault: Fault): { readonly begin: string; readonly end: string } | undefined {
    const pair = (begin: string | undefined, end: string | undefined): { begin: string; end: string } | undefined =>
      begin === undefined || end === undefined ? undefined : { begin, end };
    if (fault.kind === "cut_link") {
      const link = this.#file.links.find(({ from, to }) => from === fault.link.from && to === fault.link.to);
      return link && pair(link.cut, link.heal);
    }
    if ("link" in fault) return undefined;
    const part = this.#part(fault.part);
    switch (fault.kind) {
      case "kill":
        return pair(part.kill, part.start);
      case "freeze":
        return pair(part.freeze, part.thaw);
      case "isolate":
        return pair(part.isolate, part.rejoin);
      default:
        return undefined;
    }
  }

  #filled(command: string, fault: Fault): string {
    return command.replaceAll("{seconds}", String(Math.ceil(faultDurationMs(fault) / 1000)));
  }

  #run(command: string, fault: Fault): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = { cwd: this.#folder, timeout: COMMAND_MS, killSignal: "SIGKILL" } as const;
      execFile("/bin/sh", ["-c", command], options, (error, _, stderr) => {
        if (error === null) return resolve();
        const said = stderr.trim().split("\n").at(-1);
        const message = `${faultsSentence([fault])}: the command ${JSON.stringify(command)} failed: ${said || error.message}`;
        return reject(
          new UserFault({ code: "config", message, hint: "correct it in the file of the deployment", cause: error }),
        );
      });
    });
  }

  async #ready(part: string): Promise<void> {
    const url = `${this.#part(part).url.replace(/\/$/, "")}/readyz`;
    const deadline = AbortSignal.timeout(READY_MS);
    while (!deadline.aborted) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
      await answer?.arrayBuffer().catch(() => undefined);
      if (answer?.status === 200) return;
      await delay(200);
    }
    const message = `${part} was started and is not ready after ${READY_MS / 1000} s (${url})`;
    throw new UserFault({ code: "unreachable", message, hint: "look at its log" });
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

  /** A command is given to another region than the one that it is about. */
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

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The one who began a fault ends it; only after so much longer does somebody else. */
const GRACE_MS = 5_000;
const COMMAND_MS = 30_000;
const READY_MS = 60_000;
