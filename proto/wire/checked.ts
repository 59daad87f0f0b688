/** Checks for values of decoded messages. Each throws a RangeError that names the mistake. */

export function nth<T>(list: readonly T[], index: number, what: string): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`there is no ${what} ${index} in the batch`);
  return item;
}

export function whole(value: unknown): number {
  const plain = Number(value);
  if (!Number.isSafeInteger(plain)) throw new RangeError(`not a whole number below 2^53: ${plain}`);
  return plain;
}
