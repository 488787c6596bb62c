/** Pages of lists as they lie in the table, written and read without the code under test. */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { type Feed, feedId, type MediaType } from '../../src/shared/core/feed.ts';
import type { Card } from '../../src/shared/queues/card-fields.ts';
import type { ListPageRow } from '../../src/shared/tables/list-page-row.ts';
import { sampleCard } from './sample-cards.ts';

/** A title of a page: what differs from the sample card, and where it stands. */
export type OnPage = Partial<Card> & { rank?: number; id?: number; mediaType?: MediaType };

/** Places and cards of `titles`: films from rank 1 and id 1001 on, unless they say otherwise. */
export function pageContent(titles: readonly OnPage[]): Pick<ListPageRow, 'places' | 'cards'> {
  const whole = titles.map(({ rank, id, mediaType = 'movie', ...card }, index) => ({
    place: `${rank ?? index + 1} ${mediaType}/${id ?? 1_000 + (rank ?? index + 1)}`,
    card: sampleCard({ title: `Film ${rank ?? index + 1}`, ...card }),
  }));
  return { places: whole.map(({ place }) => place), cards: packed(whole.map(({ card }) => card)) };
}

/** JSON as a Brotli stream, quickly made: properties pack thousands. */
export function packed(value: unknown): Uint8Array<ArrayBuffer> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 2 };
  return new Uint8Array(brotliCompressSync(JSON.stringify(value), { params }));
}

/** The titles of a stored page. */
export function titlesOfPage({ places, cards }: Pick<ListPageRow, 'places' | 'cards'>) {
  const all: Card[] = JSON.parse(brotliDecompressSync(cards).toString('utf8'));
  return places.map((place, index) => {
    const [rank = '', title = ''] = place.split(' ');
    const [mediaType = '', id = ''] = title.split('/');
    return { rank: Number(rank), mediaType, id: Number(id), ...(all[index] as Card) };
  });
}

/** Keys of page `page` of `feed`, of the table and of its index. */
export function pageKeys(feed: Feed, page: number) {
  return {
    mediaId: feedId(feed),
    mediaType: `page#${String(page).padStart(4, '0')}`,
    category: `${feed.category}/${feed.region}/${feed.language}`,
    contentType: `${feed.media}#${String(9_998 - 20 * (page - 1)).padStart(4, '0')}`,
  };
}
