import { parentPort, receiveMessageOnPort, Worker, workerData } from "node:worker_threads";
import { inspect } from "node:util";
import { Fault } from "../core/fault.ts";

/**
 * How the main thread and a worker thread of one process talk.
 *
 * The main thread holds a {@link ThreadClient}; the worker file calls {@link serveThread}. Both name one
 * {@link ThreadContract}, a type that lists the calls, the messages and the events. The compiler checks both ends
 * against it, so a new call is a method of that type and its implementation.
 *
 * - A **call** is answered. Calls start in the order in which they are sent.
 * - A **message** goes to the thread, an **event** comes from it. Neither is answered. Both may transfer buffers.
 *
 * Promises:
 * - `start` resolves with the `ready` value of the thread, or rejects with the fault that prevented the start.
 * - The first failure of the thread ends the client: every waiting call is rejected with that fault, `onFailure` is
 *   called once, and no event is delivered any more. Later calls are rejected, later messages are dropped.
 * - `close` lets the thread finish what was sent before. If it is not done by the deadline, it is terminated.
 */
export type ThreadContract = {
  /** The input of the thread. */
  readonly data: unknown;
  /** Its answer when it is ready. */
  readonly ready: unknown;
  /** An interface of methods. */
  readonly calls: object;
  /** Name of each message to the thread, with its value. */
  readonly messages: object;
  /** Name of each event from the thread, with its value. */
  readonly events: object;
};

type Name<Table> = keyof Table & string;
type Arguments<Calls, M extends keyof Calls> = Calls[M] extends (...given: infer A) => unknown ? A : never;
type Result<Calls, M extends keyof Calls> = Calls[M] extends (...given: never[]) => infer R ? Awaited<R> : never;
type Handlers<Table> = { readonly [N in keyof Table]: (value: Table[N]) => void };

/** The same methods, called from the other thread. */
export type RemoteCalls<Calls> = {
  readonly [M in keyof Calls]: (...given: Arguments<Calls, M>) => Promise<Result<Calls, M>>;
};

/** The methods in the thread that runs them. A method that finishes at once returns its result without a promise. */
export type ServedCalls<Calls> = {
  readonly [M in keyof Calls]: (...given: Arguments<Calls, M>) => Result<Calls, M> | Promise<Result<Calls, M>>;
};

// ---- The main thread's end ------------------------------------------------------------------------------------------

export class ThreadClient<C extends ThreadContract> {
  readonly #options: ThreadClientOptions<C>;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = READY_ID;
  #ended: Fault | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ThreadClientOptions<C>) {
    this.#options = options;
  }

  /**
   * Starts the thread.
   * @throws Fault when the thread cannot start. `onFailure` gets it, too.
   */
  async start(data: C["data"]): Promise<C["ready"]> {
    if (this.#worker !== undefined) throw new Error(`${this.#name} is started twice`);
    const worker = new Worker(this.#options.source, { workerData: data });
    this.#worker = worker;
    worker.on("message", (message: unknown) => this.#receive(message));
    worker.on("error", (cause: unknown) => this.#end(internalFault(`${this.#name} failed`, cause)));
    worker.on("messageerror", (cause) =>
      this.#end(internalFault(`${this.#name} sent a message that cannot be read`, cause)),
    );
    worker.on("exit", (code) => this.#end(internalFault(`${this.#name} ended with code ${code}`)));
    try {
      return await new Promise<C["ready"]>((resolve, reject) => {
        this.#waiting.set(READY_ID, { resolve, reject });
      });
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  /** @throws Fault of the call, or the fault that ended the thread. */
  call<M extends Name<C["calls"]>>(
    method: M,
    given: Arguments<C["calls"], M>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Result<C["calls"], M>> {
    const refused = this.#refusal();
    if (refused !== undefined) return Promise.reject(refused);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (value) => resolve(asSent<Result<C["calls"], M>>(value)), reject });
      this.#post({ kind: "call", id, method, given }, transfer);
    });
  }

  /** One way. After the end of the thread it does nothing; before its start it is a mistake of the caller. */
  send<N extends Name<C["messages"]>>(name: N, value: C["messages"][N], transfer: readonly ArrayBuffer[] = []): void {
    if (this.#ended !== undefined || this.#closing !== undefined) return;
    if (this.#worker === undefined) throw new Error(`${this.#name} is not started`);
    this.#worker.postMessage({ kind: "message", name, value } satisfies ToThread, transfer);
  }

  /**
   * Lets the thread finish what was sent, and ends it. May be called twice, and before `start`.
   * @throws Fault when the thread fails while it closes, or is not done by the deadline.
   */
  close({ deadlineMs }: { readonly deadlineMs: number } = { deadlineMs: CLOSE_DEADLINE_MS }): Promise<void> {
    this.#closing ??= this.#close(deadlineMs);
    return this.#closing;
  }

  async #close(deadlineMs: number): Promise<void> {
    const isOpen = this.#worker !== undefined && this.#ended === undefined;
    const late = setTimeout(() => {
      this.#end(internalFault(`${this.#name} did not close within ${deadlineMs / 1000} s`));
    }, deadlineMs);
    try {
      if (isOpen) await this.#closed();
    } finally {
      clearTimeout(late);
      this.#ended ??= this.#closedFault();
      await this.#worker?.terminate();
    }
  }

  #closed(): Promise<void> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const closed = (): void => {
        // Set before the thread ends by itself, because that end is not a failure.
        this.#ended ??= this.#closedFault();
        resolve();
      };
      this.#waiting.set(id, { resolve: closed, reject });
      this.#post({ kind: "close", id }, []);
    });
  }

  get #name(): string {
    return `the ${this.#options.name} thread`;
  }

  /** Why nothing is sent to the thread now. */
  #refusal(): Fault | undefined {
    if (this.#ended !== undefined) return this.#ended;
    return this.#closing === undefined && this.#worker !== undefined ? undefined : this.#closedFault();
  }

  #closedFault(): Fault {
    return internalFault(`${this.#name} is ${this.#worker === undefined ? "not started" : "closed"}`);
  }

  #post(message: ToThread, transfer: readonly ArrayBuffer[]): void {
    this.#worker?.postMessage(message, transfer);
  }

  #receive(message: unknown): void {
    // After a failure no message is trusted: a missing acknowledgement is safe, a wrong one is not.
    if (this.#ended !== undefined) return;
    if (!isFromThread(message)) {
      this.#end(internalFault(`${this.#name} sent a message of unknown form`));
      return;
    }
    switch (message.kind) {
      case "event":
        invoke(this.#options.events, message.name, [message.value]);
        return;
      case "answer":
        this.#taken(message.id)?.resolve(message.value);
        return;
      case "refused":
        this.#taken(message.id)?.reject(new Fault(message.fault));
        return;
      case "failed":
        this.#end(new Fault(message.fault));
        return;
    }
  }

  #taken(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #end(fault: Fault): void {
    if (this.#ended !== undefined) return;
    this.#ended = fault;
    for (const { reject } of this.#waiting.values()) reject(fault);
    this.#waiting.clear();
    this.#options.onFailure(fault);
  }
}

export type ThreadClientOptions<C extends ThreadContract> = {
  /** For messages: "storage" becomes "the storage thread". */
  readonly name: string;
  /** The worker file; see `source-file.ts`. */
  readonly source: URL;
  readonly events: Handlers<C["events"]>;
  /** Called once, with the first failure of the thread. */
  readonly onFailure: (fault: Fault) => void;
};

const CLOSE_DEADLINE_MS = 20_000;
/**
 * The time limit of a step of the stop that closes a thread. It is longer than the deadline of {@link ThreadClient.close},
 * so that the thread can report that it needs more time.
 */
export const THREAD_STOP_MS: number = CLOSE_DEADLINE_MS + 5_000;

/**
 * An object with every call of a thread as a method, beside the members of `own`. A member of `own` goes before a call of
 * the same name. No list of the calls is needed: the thread refuses a name that it does not serve.
 */
export function remoteCalls<C extends ThreadContract, Own extends object>(
  thread: ThreadClient<C>,
  own: Own,
): Omit<RemoteCalls<C["calls"]>, keyof Own> & Own {
  return new Proxy(asSent<Omit<RemoteCalls<C["calls"]>, keyof Own> & Own>(own), {
    get: (target, name) => {
      // `await` asks every value for a method `then`.
      if (typeof name === "symbol" || name === "then" || name in target) return Reflect.get(target, name);
      return (...given: unknown[]) => thread.call(asSent<Name<C["calls"]>>(name), asSent<never>(given));
    },
  });
}

// ---- The worker's end -----------------------------------------------------------------------------------------------

/**
 * Runs the worker's end of a thread; the last statement of a worker file.
 *
 * After an error of `open`, of a message or of timed work the thread reports the error and does nothing more. The same
 * holds for calls if {@link ServedThread.onError} is "end".
 */
export function serveThread<C extends ThreadContract>(options: {
  readonly open: (thread: ThreadHost<C>) => ServedThread<C> | Promise<ServedThread<C>>;
  /** Translates an error that is no `Fault`. */
  readonly fault: (error: unknown, data: C["data"]) => Fault;
}): void {
  if (parentPort === null) throw new Error("this file runs as a worker thread only");
  const port = parentPort;
  const data: C["data"] = workerData;
  const timers = new Set<NodeJS.Timeout>();
  const unfinished = new Set<Promise<void>>();
  let open = true;
  let listener: ((message: unknown) => void) | undefined;

  const post = (message: FromThread, transfer: readonly ArrayBuffer[] = []): void => {
    port.postMessage(message, [...transfer]);
  };
  const plain = (error: unknown): PlainFault => {
    const { code, message, hint } = error instanceof Fault ? error : options.fault(error, data);
    return { code, message, hint };
  };
  const end = (): void => {
    open = false;
    // Without a listener and a timer the thread ends by itself.
    if (listener !== undefined) port.off("message", listener);
    for (const timer of timers) clearInterval(timer);
  };
  const fail = (error: unknown): void => {
    if (!open) return;
    end();
    post({ kind: "failed", fault: plain(error) });
  };
  const guarded = (work: () => void): void => {
    if (!open) return;
    try {
      work();
    } catch (error) {
      fail(error);
    }
  };
  const host: ThreadHost<C> = {
    data,
    emit: (name, value, transfer) => post({ kind: "event", name, value }, transfer),
    every: (ms, work) => void timers.add(setInterval(() => guarded(work), ms)),
    soon: (work) => void setImmediate(() => guarded(work)),
  };

  const serve = (served: ServedThread<C>): void => {
    const refuse = (id: number, error: unknown): void => {
      if (served.onError === "end") fail(error);
      else if (open) post({ kind: "refused", id, fault: plain(error) });
    };
    const answer = (id: number, result: unknown): void => {
      if (!(result instanceof Promise)) {
        post({ kind: "answer", id, value: result });
        return;
      }
      const answered = result
        .then((value: unknown) => post({ kind: "answer", id, value }))
        .catch((error: unknown) => refuse(id, error))
        .finally(() => unfinished.delete(answered));
      unfinished.add(answered);
    };
    const close = async (id: number): Promise<void> => {
      await Promise.all(unfinished);
      if (!open) return;
      end();
      await served.close();
      post({ kind: "answer", id, value: null });
    };
    let closing: Promise<void> | undefined;
    const take = (message: unknown): void => {
      if (!isToThread(message)) throw new Error("the main thread sent a message of unknown form");
      switch (message.kind) {
        case "message":
          invoke(served.messages, message.name, [message.value]);
          return;
        case "call":
          served.flush?.();
          try {
            answer(message.id, invoke(served.calls, message.method, message.given));
          } catch (error) {
            refuse(message.id, error);
          }
          return;
        case "close":
          served.flush?.();
          closing = close(message.id).catch((error: unknown) => post({ kind: "failed", fault: plain(error) }));
          return;
      }
    };
    const takeAll = (first: unknown): void => {
      take(first);
      if (served.flush === undefined) return;
      // The messages that arrived while the last group was written make the next group.
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
        if (!open || closing !== undefined) return;
        take(next.message);
      }
      if (open && closing === undefined) served.flush();
    };
    listener = (message: unknown) => guarded(() => takeAll(message));
    port.on("message", listener);
    post({ kind: "answer", id: READY_ID, value: served.ready });
  };

  Promise.resolve(host).then(options.open).then(serve).catch(fail);
}

/** The functions that `open` gets. */
export type ThreadHost<C extends ThreadContract> = {
  readonly data: C["data"];
  readonly emit: <N extends Name<C["events"]>>(
    name: N,
    value: C["events"][N],
    transfer?: readonly ArrayBuffer[],
  ) => void;
  /** Does the work at this interval until the thread ends. */
  readonly every: (ms: number, work: () => void) => void;
  /** Does the work once, after the messages that wait now. */
  readonly soon: (work: () => void) => void;
};

export type ServedThread<C extends ThreadContract> = {
  readonly ready: C["ready"];
  readonly calls: ServedCalls<C["calls"]>;
  readonly messages: Handlers<C["messages"]>;
  /** After an error of a call: `answer` rejects the call, `end` ends the thread. */
  readonly onError: "answer" | "end";
  /**
   * Finishes the work that messages asked for. It is called before each call, before the close, and when no message
   * waits. So a thread can process all messages that arrived while it was busy as one group.
   */
  readonly flush?: () => void;
  readonly close: () => void | Promise<void>;
};

// ---- The messages ---------------------------------------------------------------------------------------------------

type ToThread =
  | { readonly kind: "call"; readonly id: number; readonly method: string; readonly given: readonly unknown[] }
  | { readonly kind: "message"; readonly name: string; readonly value: unknown }
  | { readonly kind: "close"; readonly id: number };

type FromThread =
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "refused"; readonly id: number; readonly fault: PlainFault }
  | { readonly kind: "event"; readonly name: string; readonly value: unknown }
  /** The last message of a thread. */
  | { readonly kind: "failed"; readonly fault: PlainFault };

/** A `Fault` without its class, which does not survive the way between threads. */
type PlainFault = Pick<Fault, "code" | "message" | "hint">;

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (fault: Fault) => void };

/** The first answer of a thread has this id and says that it is ready. */
const READY_ID = 0;
const TO_THREAD: ReadonlySet<unknown> = new Set<ToThread["kind"]>(["call", "message", "close"]);
const FROM_THREAD: ReadonlySet<unknown> = new Set<FromThread["kind"]>(["answer", "refused", "event", "failed"]);

function isToThread(message: unknown): message is ToThread {
  return typeof message === "object" && message !== null && "kind" in message && TO_THREAD.has(message.kind);
}

function isFromThread(message: unknown): message is FromThread {
  return typeof message === "object" && message !== null && "kind" in message && FROM_THREAD.has(message.kind);
}

/**
 * The only place where a value gets a type that the compiler does not prove. This is safe: both threads run one build,
 * the compiler checked the sender's value against the contract, and the structured clone keeps its shape.
 */
function asSent<T>(value: unknown): T {
  return value as T;
}

function invoke(table: object, name: string, given: readonly unknown[]): unknown {
  // Only own members are part of the contract. Every object inherits others, such as `constructor`.
  const method: unknown = Object.hasOwn(table, name) ? Reflect.get(table, name) : undefined;
  if (typeof method !== "function") throw new Error(`the thread contract has no ${name}`);
  return Reflect.apply(method, table, given);
}

function internalFault(message: string, cause?: unknown): Fault {
  if (cause === undefined) return new Fault({ code: "internal", message });
  return new Fault({
    code: "internal",
    message: `${message}: ${cause instanceof Error ? cause.message : inspect(cause)}`,
    cause,
  });
}
