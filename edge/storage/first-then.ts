/** A function that returns `first` once, and then what `next` returns. A gateway's first stream has an id before it exists. */
export function firstThen<Argument, Result>(
  first: Result,
  next: (argument: Argument) => Result,
): (argument: Argument) => Result {
  let isTaken = false;
  return (argument) => {
    if (isTaken) return next(argument);
    isTaken = true;
    return first;
  };
}
