/** Health, queues, throttle and breaker, as they are now. */
import { useEffect } from 'preact/hooks';
import type { Status } from '../../operator/status/describe-status.ts';
import { type Act, Card, Facts, queryOf, Scroll, timeText, type ViewProps } from './parts.tsx';

export function NowView({ live, ask }: ViewProps) {
  const { status, trouble } = live;
  useEffect(() => {
    if (status !== undefined) {
      // When a change became visible can be read from outside: the times are the browser's own.
      if (performance.getEntriesByName('first-status').length === 0) {
        performance.mark('first-status');
      }
      performance.clearMarks('status-shown');
      performance.mark('status-shown', { detail: status.at });
    }
  }, [status]);
  return (
    <>
      {trouble !== undefined && (
        <p class="card failure" role="alert">
          could not look: {trouble}
        </p>
      )}
      {status === undefined ? <p class="card">looking at the stack</p> : <StatusCards status={status} ask={ask} />}
    </>
  );
}

function StatusCards({ status, ask }: { status: Status; ask: ViewProps['ask'] }) {
  return (
    <>
      <Card heading="Health">
        {status.troubles.length === 0 ? (
          <p class="success">Nothing is wrong.</p>
        ) : (
          <ul class="troubles">
            {status.troubles.map((trouble) => (
              <li key={`${trouble.code} ${trouble.text}`}>
                <span class="trouble-text">{trouble.text}</span> <Remedy trouble={trouble} status={status} ask={ask} />
              </li>
            ))}
          </ul>
        )}
        <p class="hint">
          seen {timeText(status.at)} UTC; next occurrences:{' '}
          {Object.entries(status.next)
            .map(([name, at]) => `${name} ${timeText(at)}`)
            .join(', ')}
        </p>
      </Card>
      <div class="columns">
        <Queues queues={status.queues} />
        <Throttle rate={status.rate} ask={ask} />
        <Breaker breaker={status.breaker} ask={ask} />
        <Titles titles={status.titles} />
      </div>
    </>
  );
}

type Trouble = Status['troubles'][number];

/** What mends a trouble: a view that shows more, or an act. */
function Remedy({ trouble, status, ask }: { trouble: Trouble; status: Status; ask: ViewProps['ask'] }) {
  switch (trouble.code) {
    case 'breaker-open':
      return <BreakerButton name="Close the breaker" action="close" ask={ask} />;
    case 'calls-paused':
    case 'ceiling-low':
      return <BreakerButton name="Reset the throttle" action="reset" ask={ask} />;
    case 'dead-letters': {
      const queue = trouble.text.includes('dlq list items') ? 'items' : 'fetch';
      return <a href={`#/letters?queue=${queue}`}>Look into them</a>;
    }
    case 'backlog':
      return <span class="hint">workers are at it: it mends itself while the rate below is above 0</span>;
    default:
      return <FetchLink trouble={trouble} status={status} />;
  }
}

/** A feed that is not as it should be is fetched; the form is filled in already. */
function FetchLink({ trouble, status }: { trouble: Trouble; status: Status }) {
  // The name of a feed may be the end of another's: `custom_popular/…`.
  const words = trouble.text.split(/[ ,]+/);
  const feed = status.feeds.find((one) => words.includes(one.feed));
  return <a href={`#/jobs${feed === undefined ? '' : `?${queryOf(feed)}`}`}>Fetch it now</a>;
}

function breakerAct(action: 'open' | 'close' | 'reset'): Act {
  const words = {
    open: {
      heading: 'Open the breaker?',
      verb: 'Open it',
      warning: 'No call to TMDB is made until somebody closes it.',
    },
    close: { heading: 'Close the breaker?', verb: 'Close it', warning: 'Calls to TMDB go on at once.' },
    reset: {
      heading: 'Reset breaker and throttle?',
      verb: 'Reset them',
      warning: 'The breaker is closed, and pause, ceiling, noise and counts are forgotten.',
    },
  }[action];
  return { ...words, takesWhy: (why) => ({ do: 'breaker', action, why }) };
}

function BreakerButton({
  name,
  action,
  ask,
}: {
  name: string;
  action: 'open' | 'close' | 'reset';
  ask: ViewProps['ask'];
}) {
  return (
    <button type="button" onClick={() => ask(breakerAct(action))}>
      {name}
    </button>
  );
}

function Queues({ queues }: { queues: Status['queues'] }) {
  if (queues === null) {
    return (
      <Card heading="Queues">
        <p class="hint">These are tables without queues.</p>
      </Card>
    );
  }
  const rows = Object.entries(queues).flatMap(([name, { queue, deadLetters }]) => [
    { name: name === 'fetch' ? 'fetch (jobs)' : 'items (pages and titles)', depth: queue, key: name },
    { name: 'dead letters of it', depth: deadLetters, key: `${name}-dead` },
  ]);
  return (
    <Card heading="Queues">
      <Scroll label="queues">
        <table>
          <thead>
            <tr>
              <th scope="col">queue</th>
              <th scope="col" class="figure">
                waiting
              </th>
              <th scope="col" class="figure">
                delayed
              </th>
              <th scope="col" class="figure">
                in flight
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, depth, key }) => (
              <tr key={key} data-queue={key}>
                <th scope="row">{name}</th>
                <td class="figure">{depth.visible}</td>
                <td class="figure">{depth.delayed}</td>
                <td class="figure">{depth.inFlight}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  );
}

function Throttle({ rate, ask }: { rate: Status['rate']; ask: ViewProps['ask'] }) {
  const share =
    rate.answers === 0 ? '' : `${((100 * rate.refusals) / rate.answers).toFixed(1)}% of ${rate.answers} answers`;
  const waits = rate.waitSeconds === 0 ? 'a slot is free' : `a call that came now would wait ${rate.waitSeconds} s`;
  return (
    <Card heading="Throttle">
      <Facts
        facts={[
          ['Told', `${rate.configuredPerSecond}/s`, 'the configured rate'],
          [
            'Now',
            `${rate.perSecond}/s`,
            rate.pausedUntil === null ? waits : `paused until ${timeText(rate.pausedUntil)}`,
          ],
          ['Ceiling', rate.ceilingPerSecond === null ? 'none' : `${rate.ceilingPerSecond}/s`, 'above it TMDB refuses'],
          ['Noise', `${(100 * rate.noiseShare).toFixed(1)}%`, 'refused at any rate'],
          ['Refusals', String(rate.refusals), share],
        ]}
      />
      {rate.wrongClock && (
        <p class="warning">A clock that is wrong has put a time far ahead; it mends itself within a minute.</p>
      )}
      <BreakerButton name="Reset what was learnt" action="reset" ask={ask} />
    </Card>
  );
}

function Breaker({ breaker, ask }: { breaker: Status['breaker']; ask: ViewProps['ask'] }) {
  const isOpen = breaker.state === 'open';
  return (
    <Card heading="Breaker">
      <p>
        <span class={`pill tone-${isOpen ? 'expired' : 'fresh'}`}>{breaker.state}</span>{' '}
        {breaker.reason === undefined
          ? 'it was never open'
          : `since ${timeText(breaker.since)}: ${breaker.reason}, ${breaker.detail}`}
      </p>
      <BreakerButton
        name={isOpen ? 'Close it by hand' : 'Open it by hand'}
        action={isOpen ? 'close' : 'open'}
        ask={ask}
      />
    </Card>
  );
}

function Titles({ titles }: { titles: Status['titles'] }) {
  if (titles === null) {
    return null;
  }
  const { sample, callsPlanned, callsPerDay } = titles;
  return (
    <Card heading="Whole titles">
      <p>
        Of a sample of {sample.titles} titles, {sample.fresh} have fresh details, {sample.stale} stale ones,{' '}
        {sample.missing} none. {callsPlanned} of {callsPerDay} calls for titles were planned in 24 hours.
      </p>
    </Card>
  );
}
