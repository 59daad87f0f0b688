/** Replaces a method for every object of a class. */
export function replaceMethod<Of extends object, Name extends keyof Of>(
  prototype: Of,
  name: Name,
  by: (original: Of[Name]) => Of[Name],
): void {
  prototype[name] = by(prototype[name]);
}
