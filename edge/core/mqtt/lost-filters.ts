/** Whether aedes would lose this filter: it sorts several filters of one SUBSCRIBE by means of a plain object. */
export function isLostAmongFilters(filter: string, count: number): boolean {
  return count > 1 && filter === "__proto__";
}
