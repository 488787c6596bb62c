/**
 * Answers of the simulator at the sizes of TMDB's. The simulator names a dozen persons and languages where TMDB names hundreds of persons
 * and some forty languages; what is kept of a title is the same, and what is left out is most of the answer.
 */
import { stableHash } from '../../src/shared/core/stable-hash.ts';
import { isRow, type Row, rowsOf } from '../../src/shared/queues/details/detail-kinds.ts';

/** Kilobytes of each part as TMDB sends it, minified: recorded of a film (550) and of a series (1396), November 2026. */
const kilobytes = {
  movie: { credits: 71, 'watch/providers': 70, translations: 39, recommendations: 13, release_dates: 10 },
  tv: { aggregate_credits: 142, 'watch/providers': 33, translations: 26, recommendations: 12, content_ratings: 1.6 },
};

/** Letters of codes that no country and no language has. */
const strangeCodes = Array.from({ length: 26 }, (_, n) => `X${String.fromCharCode(65 + n)}`);

/** The answer with each of these parts widened by rows about other persons, languages and countries, until it is as large. */
export function atRealSize(answer: Row, mediaType: 'movie' | 'tv'): Row {
  const widened = Object.entries(kilobytes[mediaType]).map(([part, size]) => [part, widen(part, answer[part], size)]);
  return { ...answer, ...Object.fromEntries(widened) };
}

function widen(part: string, body: unknown, size: number): unknown {
  const missing = size * 1_000 - JSON.stringify(body ?? {}).length;
  if (!isRow(body) || missing <= 0) {
    return body;
  }
  if (part === 'watch/providers') {
    return { results: widenedRegions(isRow(body.results) ? body.results : {}, missing) };
  }
  const [member = ''] = ['crew', 'translations', 'results'].filter((name) => Array.isArray(body[name]));
  const rows = rowsOf(body[member]);
  return { ...body, [member]: [...rows, ...moreRows(rows, missing)] };
}

/** Rows like `rows`, of `bytes` bytes together, that nobody keeps: behind the others, of other jobs, languages and countries. */
function moreRows(rows: readonly Row[], bytes: number): Row[] {
  const more: Row[] = [];
  let left = rows.length === 0 ? 0 : bytes;
  while (left > 0) {
    const n = more.length;
    const like = rows[n % rows.length] ?? {};
    const code = strangeCodes[n % strangeCodes.length];
    const row = {
      ...mapTexts(like, n),
      ...('id' in like && { id: 5_000_000 + n }),
      ...('job' in like && { job: 'Grip' }),
      ...('jobs' in like && { jobs: [{ job: 'Grip', episode_count: 1, credit_id: `credit ${n}` }] }),
      ...('iso_3166_1' in like && { iso_3166_1: code }),
      ...('iso_639_1' in like && { iso_639_1: 'xx' }),
    };
    more.push(row);
    left -= JSON.stringify(row).length + 1;
  }
  return more;
}

/** Texts as long as those of `row`, but of other words and letters, so that a packer does not find the same row again. */
function mapTexts(row: Row, n: number): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value === 'string') {
        return [name, value.length < 8 ? value : otherText(value, `${n} ${name}`)];
      }
      return [name, isRow(value) ? mapTexts(value, n) : value];
    }),
  );
}

/** Prose becomes words of a small vocabulary, anything else (a path, an id of a credit) other letters. */
function otherText(text: string, seed: string): string {
  const isProse = text.includes(' ');
  const draws = Array.from({ length: Math.ceil(text.length / (isProse ? 6 : 32)) }, (_, k) =>
    stableHash(`${seed} ${k}`, 32),
  );
  const other = isProse ? draws.map((draw) => vocabulary[Number.parseInt(draw.slice(0, 3), 16) % 1_024]) : draws;
  return other.join(isProse ? ' ' : '').slice(0, text.length);
}

const vocabulary = Array.from({ length: 1_024 }, (_, n) => stableHash(`word ${n}`, 3 + (n % 6)));

function widenedRegions(regions: Row, bytes: number): Row {
  const known = Object.values(regions);
  const more: Record<string, unknown> = {};
  let left = known.length === 0 ? 0 : bytes;
  for (let n = 0; left > 0; n += 1) {
    const region = known[n % known.length];
    more[`${strangeCodes[n % strangeCodes.length]}${n}`] = region;
    left -= JSON.stringify(region).length + 6;
  }
  return { ...regions, ...more };
}
