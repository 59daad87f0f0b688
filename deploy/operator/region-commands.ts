import { HttpClient } from "../../proto/runtime/http/client.ts";
import type { CommandBody, CommandsAnswer } from "../../proto/wire/http/commands.ts";
import { commandsSchema } from "../../proto/wire/http/commands.ts";

/** Sends commands to a region. */
export class RegionCommands {
  readonly #client: HttpClient;

  /** @param region its HTTP address. @param token of the operators. */
  constructor(region: string, token: string) {
    const tokenHint = "give the file named by operators.token_file of the region, with --token-file";
    this.#client = new HttpClient(region, { process: "region", deadlineMs: DEADLINE_MS, token, tokenHint });
  }

  /**
   * Resolves when the region has the command on its disk.
   * @throws Fault when it cannot be reached, refuses the token, or refuses the command.
   */
  send(body: CommandBody): Promise<CommandsAnswer> {
    return this.#client.post("/v1/commands", commandsSchema, { body });
  }
}

/** The region waits up to 2 s for copies before it answers. */
const DEADLINE_MS = 15_000;
