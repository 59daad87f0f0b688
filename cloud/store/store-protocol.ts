import type { FaultCode } from "../../proto/core/fault.ts";
import type { Store } from "./store.ts";

/** What the main thread and the storage thread say to each other; both run the same build, so there are no versions. */
export type StoreMethod = Exclude<keyof Store, "storeId">;

export type StoreQuestion = { readonly id: number; readonly method: StoreMethod; readonly argument: unknown };

export type StoreAnswer =
  | { readonly kind: "opened"; readonly storeId: Uint8Array }
  | { readonly kind: "done"; readonly id: number; readonly value: unknown }
  /** `id` is null when the store could not be opened. */
  | { readonly kind: "failed"; readonly id: number | null; readonly fault: PlainFault };

/** A `Fault` as an object: the class does not survive the way between threads. */
export type PlainFault = { readonly code: FaultCode; readonly message: string; readonly hint: string };
