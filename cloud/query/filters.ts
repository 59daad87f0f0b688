import type { z } from "zod";
import { nameParameter, optional, timeParameter } from "../../proto/runtime/http/parameters.ts";

type Optional<T> = z.ZodType<T | null, string | undefined>;

/** Parameters that several listings share. Null: any. */
export const seriesFilter: { readonly device: Optional<string>; readonly metric: Optional<string> } = {
  device: optional(nameParameter),
  metric: optional(nameParameter),
};

/** `from` is part of the range, `to` is not. */
export const timeFilter: { readonly from: Optional<number>; readonly to: Optional<number> } = {
  from: optional(timeParameter),
  to: optional(timeParameter),
};
