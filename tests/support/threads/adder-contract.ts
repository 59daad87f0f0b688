/** The contract of a small thread that shows what `thread-call.ts` promises. */
export type AdderThread = {
  readonly data: { readonly start: number; readonly onError: "answer" | "end"; readonly groups: boolean };
  readonly ready: { readonly sum: number };
  readonly calls: AdderCalls;
  readonly messages: {
    readonly add: number;
    readonly bytes: { readonly buffer: ArrayBuffer };
    /** What the thread is to do by itself. */
    readonly end: "throw" | "throw_later" | "exit";
  };
  readonly events: {
    readonly added: { readonly count: number; readonly sum: number };
    readonly returned: { readonly buffer: ArrayBuffer };
  };
};

export interface AdderCalls {
  sum(): number;
  plus(left: number, right: number): Promise<number>;
  divide(numbers: { readonly by: number }): number;
  /** Never answered. */
  never(): Promise<void>;
}
