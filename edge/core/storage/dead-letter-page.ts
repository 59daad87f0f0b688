/** Bytes of payloads in one page, so that one request neither blocks the storage thread nor fills the memory. */
const PAGE_BYTES = 1024 * 1024;

/** Up to `limit` dead letters, and no more after {@link PAGE_BYTES} are reached. The rest is not read. */
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

/** Whether a page of {@link pageOf} is the last one. */
export function isLastPage(page: readonly Sized[], { limit }: { limit: number }): boolean {
  return page.length < limit && page.reduce((bytes, { payload }) => bytes + payload.length, 0) < PAGE_BYTES;
}

type Sized = { readonly payload: Uint8Array };
