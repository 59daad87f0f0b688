import type { Store } from "../store.ts";

/**
 * Methods of `Store` as a part of the SQLite store implements them: without a promise. Each part has its own as
 * `answers`, and `openSqliteStoreIn` puts them together. So a new question is a method of `Store` and an answer here.
 */
export type Answers<M extends Question> = {
  readonly [N in M]: (...given: Parameters<Store[N]>) => Awaited<ReturnType<Store[N]>>;
};

type Question = Exclude<keyof Store, "storeId">;

/** The same methods with promises. `around` calls each of them. */
export function promised<M extends Question>(
  answers: Answers<M>,
  around: (work: () => unknown) => unknown = (work) => work(),
): Pick<Store, M> {
  const methods = Object.entries<(...given: never[]) => unknown>(answers).map(([name, answer]) => [
    name,
    async (...given: never[]) => around(() => answer(...given)),
  ]);
  // The type of `answers` proves that each method takes and gives what `Store` says.
  return Object.fromEntries(methods) as Pick<Store, M>;
}
