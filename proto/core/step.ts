/**
 * The result of a reducer. All state machines of Tidemark have one form:
 *
 *     step(state, event, nowMs, input) -> { state, effects }
 *
 * - `step` decides and does nothing else. The time is `nowMs`, from a monotonic clock. `input` is everything else
 *   that the decision needs: a random number, or the options.
 * - `effects` say what to do, in order. A `Driver` (proto/runtime/driver.ts) carries them out and feeds the answers back
 *   as events.
 * - The given state belongs to `step`. It may be changed in place where a copy would cost too much, for example a map
 *   with an entry for each stream. So a caller keeps only the returned state.
 */
export type Step<State, Effect> = { readonly state: State; readonly effects: readonly Effect[] };
