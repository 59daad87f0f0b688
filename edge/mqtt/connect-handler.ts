import { ClientError } from "../core/mqtt/client-error.ts";
import { connectProblem, type ConnectRefusal } from "../core/mqtt/packet-validation.ts";
import type { MqttLimits } from "../core/mqtt/limits.ts";
import type { ConnectRequest } from "../core/mqtt/packets.ts";
import { REASON } from "../core/mqtt/reasons.ts";
import type { ConnectQueue } from "./connect-queue.ts";
import type { Connections } from "./connections.ts";
import type { MqttEvents, RefusalReason } from "./events.ts";
import type { MqttClient } from "./mqtt-client.ts";
import type { SessionIntake } from "./sessions/session-intake.ts";

/** Accepts or refuses a CONNECT: first the packet, then user name and password. */
export class ConnectHandler {
  readonly #deps: ConnectHandlerDeps;
  readonly #limits: MqttLimits;

  constructor(deps: ConnectHandlerDeps, limits: MqttLimits) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** Checks a CONNECT before it is handled. @param answer not called if the client has left in the meantime. */
  check(client: MqttClient, request: ConnectRequest, answer: ConnectAnswer): void {
    if (!this.#deps.connections.has(client)) return;
    const { connection } = client;
    connection.version = request.protocolVersion ?? 4;
    connection.wantsReasons = request.properties?.requestProblemInformation !== false;
    if (connection.isSurplus) {
      const detail = this.#deps.connections.limitExceeded(connection.origin.address);
      answer(this.#refusal("too_many_connections", client, { detail, reason: REASON.quotaExceeded }));
      return;
    }
    const problem = connectProblem(request, this.#limits);
    if (problem !== undefined) {
      answer(this.#refusal("bad_connect", client, problem));
      return;
    }
    const detail = this.#deps.sessions.willProblem(request);
    if (detail === undefined) this.#deps.queue.add(client, () => client.guarded(() => answer()));
    else answer(this.#refusal("sessions", client, { detail, reason: REASON.quotaExceeded }));
  }

  /** Checks user name and password. @param answer not called if the client has left before. */
  async authenticate(
    client: MqttClient,
    { username, password }: { username: string | undefined; password: Uint8Array | undefined },
    answer: ConnectAnswer,
  ): Promise<void> {
    if (!this.#deps.connections.has(client)) return;
    const refusal = await this.#credentialProblem(username, password);
    if (refusal === undefined) {
      client.connection.user = username;
      client.guarded(() => answer());
      return;
    }
    const error = this.#refusal("unauthorized", client, refusal);
    client.guarded(() => answer(error));
  }

  /** Closes the connections of users that do not exist any more. The others stay. */
  closeUsers(isGone: (user: string) => boolean): void {
    for (const client of this.#deps.connections.connected()) {
      const { user } = client.connection;
      if (user === undefined || !isGone(user)) continue;
      const detail = `user ${user} was removed from the users file`;
      client.fail(this.#refusal("user_removed", client, { detail, reason: REASON.notAuthorized }));
    }
  }

  async #credentialProblem(
    username: string | undefined,
    password: Uint8Array | undefined,
  ): Promise<ConnectRefusal | undefined> {
    try {
      if (await this.#deps.authenticate(username, password)) return undefined;
    } catch (error) {
      return { detail: `cannot authenticate: ${String(error)}`, reason: REASON.serverUnavailable };
    }
    if (username === undefined) return { detail: "no user name was given", reason: REASON.notAuthorized };
    return { detail: `user ${username} is unknown or has another password`, reason: REASON.badUserOrPassword };
  }

  /** Reports the refusal. @returns the error that ends the client. */
  #refusal(kind: RefusalReason, client: MqttClient, { detail, reason }: ConnectRefusal): ClientError {
    this.#deps.events.refused({ reason: kind, client: client.id, detail });
    return new ClientError(detail, reason);
  }
}

export type ConnectHandlerDeps = {
  readonly events: Pick<MqttEvents, "refused">;
  readonly connections: Connections;
  readonly queue: ConnectQueue;
  readonly authenticate: Authenticate;
  readonly sessions: Pick<SessionIntake, "willProblem">;
};

/** Without a refusal, the CONNECT passes this check. */
export type ConnectAnswer = (refusal?: ClientError) => void;

/** Whether a client may connect. Name and password are undefined if the client gave none. */
export type Authenticate = (username: string | undefined, password: Uint8Array | undefined) => Promise<boolean>;
