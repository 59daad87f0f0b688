import type { DirectionFault, LinkFaults } from "../../sandbox/fault-proxy.ts";
import type { NetworkLink } from "../../sandbox/faulty-links.ts";

/**
 * What a drill does to one part or one link of a deployment: a kill, a cut link, a shifted clock. It says what it hits, how
 * long it lasts, its sentence for people, and how it begins and ends on each kind of target. Each kind of injection has a
 * file in this folder and a line in registry.ts.
 */
export type Injection = {
  /** As in a drill file. */
  readonly kind: string;
  readonly place: InjectionPlace;
  /** 0: it is over at once. Infinity: it never ends. */
  readonly durationMs: number;
  /**
   * What it does, for people: `eu is frozen for 10s`.
   * @param links the beginning of the sentence if the place is a link: `the link a > b is`.
   */
  readonly sentence: (links: string) => string;
  readonly sandbox: {
    readonly begin: (sandbox: SandboxControl) => Promise<void> | void;
    /** Absent if there is nothing to end. */
    readonly end?: (sandbox: SandboxControl) => Promise<void> | void;
  };
  /**
   * What the parts say about it in their status, now or when it is over; undefined: the part does not answer. Absent: it is
   * noticed by lost connections (detection.ts).
   */
  readonly reported?: (reports: PartReports) => PartReport | undefined;
  /** How a running deployment does it, or why it cannot. */
  readonly deployment: (deployment: DeploymentControl) => DeploymentAction | Unable;
};

/** `by`: the part that says it. `text`: what it says; null: nothing is wrong. */
export type PartReport = { readonly by: string; readonly text: string | null };

/** What each part says about itself and about others; undefined for a part that does not answer. */
export type PartReports = {
  readonly gateways: ReadonlyMap<string, DiskReport | undefined>;
  /** `twins`: the gateways of which two processes run. */
  readonly regions: ReadonlyMap<string, (DiskReport & { readonly twins: readonly string[] }) | undefined>;
};

/** `damage`: what the disk of the part has lost or changed, in words; null: nothing that the part knows of. */
type DiskReport = { readonly damage: string | null };

export type InjectionPlace =
  | { readonly kind: "part"; readonly part: string }
  | { readonly kind: "link"; readonly link: NetworkLink };

/** What an injection may do to a sandbox. Parts are given by name. */
export interface SandboxControl {
  /** SIGKILL; resolves when the process is gone. */
  kill(part: string): Promise<void>;
  /** Resolves when it is ready. */
  start(part: string): Promise<void>;
  signal(part: string, signal: "SIGSTOP" | "SIGCONT"): void;
  /** Kills the part and starts it with the disk that `copy_disk` kept, or with an empty one. */
  restartWithDisk(part: string, disk: "copied" | "empty"): Promise<void>;
  /**
   * Flips bits of the part's database while it is stopped, or of its write-ahead log after it was killed. Then starts it.
   */
  restartAfterRot(part: string, rot: { readonly file: "database" | "log"; readonly bits: number }): Promise<void>;
  /** Copies the disk of a running gateway, and starts a second process with the copy and the same name. */
  startClone(part: string): Promise<void>;
  /** Kills that second process. */
  stopClone(part: string): Promise<void>;
  /** The time of day of a gateway is ahead by `byMs`. */
  setClock(part: string, byMs: number): void;
  linksOf(part: string): readonly NetworkLink[];
  /** Replaces what was set before; `{}` heals the link. */
  setLink(link: NetworkLink, faults: LinkFaults): void;
  /** Breaks off every connection on the link. */
  resetLink(link: NetworkLink): void;
  /** Sends an operator's command to another region. */
  setMember(region: string, state: "leaving" | "member"): Promise<void>;
}

/** What an injection may do to a running deployment. */
export interface DeploymentControl {
  /** The part as its operator describes it. */
  part(name: string): DeployedPart;
  linkCommands(link: NetworkLink): { readonly cut: string; readonly heal: string } | undefined;
  /** False if the operator gave no token. Then no command can be sent. */
  readonly hasOperatorToken: boolean;
  /** Runs a command of the operator in the shell. @throws Fault when it fails. */
  run(command: string): Promise<void>;
  /** Resolves when the part answers that it is ready. @throws Fault when it does not. */
  ready(part: string): Promise<void>;
  /** Sends an operator's command to another region. */
  setMember(region: string, state: "leaving" | "member"): Promise<void>;
  /** The shell command that makes an evacuated region a member again. */
  stayCommand(region: string): string;
}

/** A part of a deployment: its address and the shell commands of its operator. */
export type DeployedPart = {
  readonly name: string;
  readonly url: string;
  readonly kill?: string | undefined;
  readonly start?: string | undefined;
  readonly freeze?: string | undefined;
  readonly thaw?: string | undefined;
  readonly isolate?: string | undefined;
  readonly rejoin?: string | undefined;
};

/** An injection on a running deployment. */
export type DeploymentAction = {
  readonly begin: () => Promise<void>;
  readonly end: () => Promise<void>;
  /** Called after the end, when the watchdog is no longer needed. */
  readonly afterEnd?: () => Promise<void>;
  /**
   * The shell command that ends it. The watchdog gets it before `begin`, and runs it when the drill is gone or does not end the
   * injection in time. `{seconds}` is not yet filled in.
   */
  readonly watchdogCommand: string;
};

/** Why a deployment cannot do this, in words that say what to add. */
export type Unable = { readonly unable: string };

export function sandboxOnly(what: string): () => Unable {
  return () => ({ unable: `${what} is for the sandbox only` });
}

/** The pairs of commands that an operator may write down for a part. */
type PartCommands = readonly ["kill", "start"] | readonly ["freeze", "thaw"] | readonly ["isolate", "rejoin"];

/** Begins and ends an injection with two commands of the operator. */
export function byPartCommands(
  part: string,
  [begin, end]: PartCommands,
  deployment: DeploymentControl,
): DeploymentAction | Unable {
  const deployed = deployment.part(part);
  const [beginCommand, endCommand] = [deployed[begin], deployed[end]];
  if (beginCommand === undefined || endCommand === undefined) {
    return { unable: `${part} has no commands ${begin} and ${end}` };
  }
  return {
    begin: () => deployment.run(beginCommand),
    end: () => deployment.run(endCommand),
    watchdogCommand: endCommand,
  };
}

/** `there`: from the side that connects; `back`: the other direction. */
export type LinkDirection = "both" | "there" | "back";

export function linkFaults(direction: LinkDirection, fault: DirectionFault): LinkFaults {
  return {
    ...(direction === "back" ? {} : { there: fault }),
    ...(direction === "there" ? {} : { back: fault }),
  };
}

export function directionText(direction: LinkDirection): string {
  return { both: "", there: " in this direction only", back: " in the other direction only" }[direction];
}

/** What they do, in one sentence. Links with the same injection are named together. */
export function injectionsSentence(injections: readonly Injection[]): string {
  const sentences: string[] = [];
  for (const alike of Map.groupBy(injections, ({ sentence }) => sentence("")).values()) {
    const pairs = alike.flatMap(({ place }) => (place.kind === "link" ? [linkText(place.link)] : []));
    const shown =
      pairs.length > PAIRS_SHOWN ? [...pairs.slice(0, PAIRS_SHOWN), `${pairs.length - PAIRS_SHOWN} more`] : pairs;
    const links = pairs.length > 1 ? `the links ${shown.join(", ")} are` : `the link ${shown.join("")} is`;
    sentences.push(alike[0]!.sentence(links));
  }
  return sentences.join("; ");
}

const PAIRS_SHOWN = 4;

/** The part, or the link, for people. */
export function placeText({ place }: Injection): string {
  return place.kind === "link" ? linkText(place.link) : place.part;
}

function linkText({ from, to }: NetworkLink): string {
  return `${from} > ${to}`;
}

/** The parts that it hits; for a link, both ends. */
export function partsHitBy({ place }: Injection): readonly string[] {
  return place.kind === "link" ? [place.link.from, place.link.to] : [place.part];
}

/**
 * Whether new readings of `gateway` cannot be expected in `region` while it lasts. An injection on a gateway, or on the link
 * between two regions, does not prevent any region from accepting new readings.
 */
export function keepsReadingsFrom({ place }: Injection, gateway: string, region: string): boolean {
  if (place.kind === "part") return place.part === region;
  return place.link.from === gateway && place.link.to === region;
}
