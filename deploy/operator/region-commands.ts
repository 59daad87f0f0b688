import { z } from "zod";
import { Fault } from "../../proto/core/fault.ts";

/** Sends a command to a region and says what became of it, as people want to hear it. */
export class RegionCommands {
  readonly #url: string;
  readonly #token: string;

  /** @param region its HTTP address. @param token of the operators. */
  constructor(region: string, token: string) {
    this.#url = new URL("/v1/commands", region).href;
    this.#token = token;
  }

  /**
   * Resolves when the region has the command on its disk.
   * @throws Fault when it cannot be reached, refuses the token, or the command.
   */
  async send(command: object): Promise<CommandResult> {
    const response = await fetch(this.#url, {
      method: "POST",
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      body: JSON.stringify(command),
      signal: AbortSignal.timeout(DEADLINE_MS),
    }).catch((cause: unknown) => {
      const message = `${this.#url}: no answer; whether the command was taken is not known`;
      const hint = "check that the region runs; sending it again does no harm";
      throw new Fault({ code: "unreachable", message, hint, cause });
    });
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok) {
      const result = resultSchema.safeParse(body);
      if (result.success) return result.data;
      throw new Fault({ code: "protocol", message: `${this.#url}: this is not the answer of a region` });
    }
    const { error, accepted } = refusalSchema.parse(body);
    const code = response.status === 401 || response.status === 403 ? "unauthorized" : "usage";
    throw new Fault({ code: response.status >= 500 ? "unreachable" : code, message: error, hint: accepted });
  }
}

/** One window in a command; exactly one of `value` and `summary`. */
export type SaidWindow = {
  readonly start: string;
  readonly value?: number | string | boolean;
  readonly summary?: Readonly<Record<string, number>>;
};

const resultSchema: z.ZodType<CommandResult> = z.object({
  sentence: z.string(),
  commands: z.number(),
  batch: z.string(),
  region: z.string(),
  durable: z.boolean(),
  replicated: z.boolean(),
});

/** What a region answers. `batch` is where the commands are: stream and position. */
export type CommandResult = {
  readonly sentence: string;
  readonly commands: number;
  readonly batch: string;
  readonly region: string;
  readonly durable: boolean;
  readonly replicated: boolean;
};

const refusalSchema = z
  .object({ error: z.string(), accepted: z.string().default("") })
  .catch({ error: "the address answers, but not as a region does", accepted: "give the region's HTTP address" });

/** The region waits up to 2 s for copies before it answers. */
const DEADLINE_MS = 15_000;
