import type { z } from "zod";

/**
 * Ties the schema of an answer to its type: each must accept what the other one describes, so they cannot differ. The
 * type is written out because exported declarations name their types, and because a reader wants to see it.
 *
 * Fields that a schema does not name are dropped when a client parses. So a client reads answers of a newer server.
 */
export function answerSchema<T>(): <S extends z.ZodType<T>>(schema: T extends z.output<S> ? S : never) => z.ZodType<T> {
  return (schema) => schema;
}
