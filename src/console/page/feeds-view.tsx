/** Every feed: how old and how fresh it is, and when it can be fetched next. */
import { useState } from 'preact/hooks';
import type { Status } from '../../operator/status/describe-status.ts';
import { ageText, Card, queryOf, Scroll, timeText, type ViewProps } from './parts.tsx';

type Feed = Status['feeds'][number];

export function FeedsView({ live }: ViewProps) {
  const [filter, setFilter] = useState('');
  const feeds = live.status?.feeds;
  if (feeds === undefined) {
    return <p class="card">looking at the stack</p>;
  }
  const shown = feeds.filter(({ feed, state }) => `${feed} ${state}`.includes(filter.trim()));
  return (
    <Card heading={`${feeds.length} feeds, the stalest first`}>
      <label class="filter">
        Show those with{' '}
        <input
          type="search"
          value={filter}
          placeholder="stale, trending, DE"
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </label>
      {shown.length === 0 ? (
        <p class="hint">{feeds.length === 0 ? 'Nothing was fetched yet.' : 'None has that.'}</p>
      ) : (
        <FeedTable feeds={shown} />
      )}
      <p class="hint">
        Freshness is 100% when just fetched and 0% at the hard TTL. A feed is due when it is past its soft TTL; the next
        refresh is the first occurrence after that, which fetches it if the plan can afford it.
      </p>
    </Card>
  );
}

function FeedTable({ feeds }: { feeds: readonly Feed[] }) {
  return (
    <Scroll label="feeds">
      <table class="feeds">
        <thead>
          <tr>
            <th scope="col">feed</th>
            <th scope="col">state</th>
            <th scope="col" class="figure">
              age
            </th>
            <th scope="col" class="figure">
              freshness
            </th>
            <th scope="col" class="figure">
              pages
            </th>
            <th scope="col">next refresh</th>
            <th scope="col">last answer</th>
            <th scope="col">fetch</th>
          </tr>
        </thead>
        <tbody>
          {feeds.map((feed) => (
            <FeedRow key={feed.feed} feed={feed} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function FeedRow({ feed }: { feed: Feed }) {
  const query = queryOf(feed);
  const { category, media, region, language } = Object.fromEntries(query);
  const tone = feed.state === 'absent' ? 'expired' : feed.state;
  return (
    <tr>
      <th scope="row">
        <a href={`#/lists?${query}`}>
          {category}/{media}
        </a>
        <small>
          {region} · {language}
        </small>
      </th>
      <td>
        <span class={`pill tone-${tone}`}>{feed.state}</span>
      </td>
      <td class="figure">{ageText(feed.ageSeconds)}</td>
      <td class="figure">{(100 * feed.freshness).toFixed(0)}%</td>
      <td class="figure">{feed.pages}</td>
      <td>{timeText(feed.nextRefresh)}</td>
      <td>
        {feed.outcome} <small>{timeText(feed.answeredAt)}</small>
      </td>
      <td>
        <a href={`#/jobs?${query}`} aria-label={`fetch ${feed.feed}`}>
          fetch
        </a>
      </td>
    </tr>
  );
}
