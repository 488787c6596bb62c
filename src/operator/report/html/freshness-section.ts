import type { FeedNow, FeedState, FreshnessNow } from '../feed-freshness.ts';
import { barChart } from './bar-chart.ts';
import { feedName } from './feed-name.ts';
import { countText, momentText, shareText } from './figures.ts';
import { html, type Markup } from './markup.ts';

const states: readonly FeedState[] = ['fresh', 'stale', 'expired'];

/** How many feeds are fresh, stale and expired, by how fresh they are, and each of them. */
export function freshnessSection(freshness: FreshnessNow): Markup {
  if (freshness.total === 0) {
    return html`<p class="nothing">There is no feed in the table yet.</p>
${troubleList(freshness)}`;
  }
  const counts = states.map((state) => `${countText(freshness[state])} ${state}`).join(', ');
  const incomplete =
    freshness.incomplete === 0 ? '' : ` Pages are missing in ${countText(freshness.incomplete)} of them.`;
  return html`<p class="lead">${countText(freshness.total)} ${freshness.total === 1 ? 'feed' : 'feeds'}: ${counts}; median freshness ${shareText(freshness.median)}.${incomplete}</p>
${troubleList(freshness)}
${shareBar(freshness, counts)}
<h3>Feeds by freshness</h3>
<p class="hint">100% is just fetched, 0% is past the hard TTL.</p>
${histogram(freshness)}
${feedTable(freshness.feeds)}`;
}

/** What TMDB did not answer as it should have, feed by feed. */
function troubleList({ troubles }: FreshnessNow): Markup | '' {
  return troubles.length === 0
    ? ''
    : html`<h3>Feeds without a list in TMDB's newest answer</h3>
<ul class="notes">${troubles.map(({ feed, at, detail }) => html`<li>${feedName(feed)}, ${momentText(at)}: ${detail}.</li>`)}</ul>`;
}

function shareBar(freshness: FreshnessNow, counts: string): Markup {
  let x = 0;
  const rects = states.map((state) => {
    const rect = html`<rect class="tone-${state}" x="${x}" y="0" width="${freshness[state]}" height="10" />`;
    x += freshness[state];
    return rect;
  });
  return html`<svg class="share-bar" role="img" aria-label="Feeds now: ${counts}" viewBox="0 0 ${freshness.total} 10" preserveAspectRatio="none">${rects}</svg>`;
}

function histogram({ buckets }: FreshnessNow): Markup {
  const percent = (share: number) => `${Math.round(share * 100)}%`;
  const names = buckets.map(({ from, to }) => `${percent(from)} to ${percent(to)}`);
  const filled = buckets.flatMap((bucket, n) => {
    const feeds = states.reduce((sum, state) => sum + bucket[state], 0);
    return feeds === 0 ? [] : [`${countText(feeds)} at ${names[n]}`];
  });
  return barChart({
    label: `Feeds by freshness: ${filled.join(', ')}`,
    points: names,
    ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => ({ share, text: percent(share) })),
    layers: states.map((state) => ({ name: state, tone: state, values: buckets.map((bucket) => bucket[state]) })),
  });
}

function feedTable(feeds: readonly FeedNow[]): Markup {
  return html`<details><summary>Every feed, stalest first</summary><div class="scroll" tabindex="0" role="region" aria-label="Every feed"><table>
<thead><tr><th scope="col">feed</th><th scope="col">state</th><th scope="col" class="figure">freshness</th><th scope="col">fetched</th><th scope="col">fresh until</th></tr></thead>
<tbody>${feeds.map(
    (
      feed,
    ) => html`<tr><th scope="row">${feedName(feed.feed)}</th><td><span class="swatch tone-${feed.state}"></span> ${feed.state}${feed.complete ? '' : ' (pages missing)'}</td><td class="figure">${shareText(feed.freshness)}</td><td>${momentText(feed.fetchedAt)}</td><td>${momentText(feed.freshUntil)}</td></tr>
`,
  )}</tbody>
</table></div></details>`;
}
