const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;
/** About thirteen digits. Ten digits are seconds; read as milliseconds they would be a day in 1970, so they are refused. */
const MILLIS = /^(0|\d{12,15})$/;

export const TIME_ACCEPTED =
  "a date or time such as 2026-11-20, 2026-11-20T08:00:00Z or 2026-11-20T09:00:00+01:00, or milliseconds (not seconds) since 1970";

/**
 * A time as people and programs write it, in milliseconds since 1970.
 * @throws RangeError that says what is accepted.
 */
export function parseTime(text: string): number {
  const timeMs = MILLIS.test(text) ? Number(text) : ISO.test(text) && isDay(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isSafeInteger(timeMs)) throw new RangeError(`expected ${TIME_ACCEPTED}`);
  return timeMs;
}

/** `Date` reads 31 February as 3 March, so the day is written back and compared. */
function isDay(iso: string): boolean {
  const day = iso.slice(0, 10);
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(day);
}
