/** A list as an application would see it. Pictures are on TMDB's host, so that they are shown only where somebody has switched them on. */
import { useEffect, useState } from 'preact/hooks';
import type { ListAnswer } from '../../reader/reader-api.ts';
import { runCommand } from './api.ts';
import { Card, CommandLine, timeText, useAnswer, type ViewProps } from './parts.tsx';

type Document = Omit<ListAnswer, 'feed'> & { feed: string; error?: { message: string } };
type Title = Document['titles'][number];

const posterPixels = 185;
const withImages = new URLSearchParams(location.search).get('images') === 'on';

export function ListsView({ live, query }: ViewProps) {
  const feeds = live.status?.feeds.filter(({ state }) => state !== 'absent').map(({ feed }) => feed) ?? [];
  const [chosen, setChosen] = useState(() => askedFeed(query));
  const feed = chosen || feeds.find((one) => one.startsWith('popular/movie/')) || feeds[0];
  // What is shown first stays: the feeds come with the stalest first, in another order after each refresh.
  useEffect(() => setChosen(feed ?? ''), [feed]);
  if (feed === undefined) {
    return (
      <p class="card">{live.status === undefined ? 'looking at the stack' : 'There is no list in the table yet.'}</p>
    );
  }
  return (
    <>
      <Card heading="Which list">
        <label class="field">
          <span class="name">List</span>
          <select value={feed} onChange={(event) => setChosen(event.currentTarget.value)}>
            {[...new Set([feed, ...feeds])].sort().map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <AboutImages />
      </Card>
      <Titles key={feed} feed={feed} />
    </>
  );
}

/** The feed that the address of the view names; nothing where it names none. */
function askedFeed(query: URLSearchParams): string {
  const parts = ['category', 'media', 'region', 'language'].map((name) => query.get(name) ?? '');
  return parts.includes('') ? '' : parts.join('/');
}

function AboutImages() {
  return (
    <p class="hint">
      {withImages
        ? 'Posters come from TMDB’s image host, which sees the address of this machine. '
        : 'No picture is loaded: they are on TMDB’s image host, and this page asks nobody else by itself. '}
      <a href={`${location.pathname}${withImages ? '' : '?images=on'}#/lists`}>
        {withImages ? 'Without pictures' : 'Load the posters'}
      </a>
    </p>
  );
}

function Titles({ feed }: { feed: string }) {
  const [category = '', media = '', region = '', language = ''] = feed.split('/');
  const { answer, failure } = useAnswer(feed, () =>
    runCommand({ do: 'list', category, media, region, language, limit: '40' }),
  );
  const list = answer?.document as Document | undefined;
  const why = failure ?? list?.error?.message;
  return (
    <Card heading={feed}>
      {why !== undefined && <p class="failure">{why}</p>}
      {list?.titles !== undefined && (
        <>
          <p class="hint">
            from {list.from === 'table' ? 'the table' : list.from}, fetched {timeText(list.fetchedAt)} UTC,{' '}
            {list.stale ? 'stale' : 'fresh'}
          </p>
          <ol class="posters">
            {list.titles.map((title) => (
              <Poster key={`${title.mediaType} ${title.id}`} title={title} images={list.images} />
            ))}
          </ol>
        </>
      )}
      {answer !== undefined && <CommandLine command={answer.command} />}
    </Card>
  );
}

function Poster({ title, images }: { title: Title; images: Document['images'] }) {
  const [isBroken, setBroken] = useState(false);
  const year = title.releaseDate?.slice(0, 4) ?? '';
  return (
    <li>
      {withImages && title.posterPath !== null && !isBroken ? (
        <img
          src={`${images.baseUrl}w${posterPixels}${title.posterPath}`}
          alt=""
          width={posterPixels}
          height={278}
          loading="lazy"
          referrerpolicy="no-referrer"
          onError={() => setBroken(true)}
        />
      ) : (
        <span class="placeholder" aria-hidden="true">
          {title.rank}
        </span>
      )}
      <bdi class="title">{title.title}</bdi>
      <small>
        {title.mediaType} {title.id}
        {year === '' ? '' : ` · ${year}`}
      </small>
    </li>
  );
}
