/** Of payloads: what is asked for at once must neither hold up the storage thread nor fill the memory. */
const PAGE_BYTES = 1024 * 1024;

/** As many as are asked for, but not more than {@link PAGE_BYTES} and one; what is behind them is not read. */
export function pageOf<Letter extends Sized>(letters: Iterable<Letter>, { limit }: { limit: number }): Letter[] {
  const page: Letter[] = [];
  let bytes = 0;
  for (const letter of letters) {
    page.push(letter);
    bytes += letter.payload.length;
    if (page.length >= limit || bytes >= PAGE_BYTES) break;
  }
  return page;
}

/** Whether nothing is behind a page that {@link pageOf} gave. */
export function isLastPage(page: readonly Sized[], { limit }: { limit: number }): boolean {
  return page.length < limit && page.reduce((bytes, { payload }) => bytes + payload.length, 0) < PAGE_BYTES;
}

type Sized = { readonly payload: Uint8Array };
