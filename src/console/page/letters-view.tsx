/** Dead letters: browsed, chosen, replayed, deleted. */
import { useRef, useState } from 'preact/hooks';
import type { DeadLetterGroup } from '../../operator/dead-letters/look-at-dead-letters.ts';
import { post } from './api.ts';
import { Letter, type LetterFacts, letterAct, type Queue } from './letter.tsx';
import { Card, Scroll, timeText, useAnswer, type ViewProps } from './parts.tsx';
import { VirtualList } from './virtual-list.tsx';

type Page = {
  at: string;
  unreleased: number;
  inQueue: number;
  total: number;
  groups: DeadLetterGroup[];
  letters: LetterFacts[];
};

const pageRows = 200;
/** How many acts there had been when a queue was looked into last. */
const actedAt = new Map<Queue, number>();

/** `reason=too-old region=DE`, as `--match` takes it; a value with blanks stands in double quotes. What is no such pair is left to be refused. */
function matchOf(text: string): string[] {
  return [...text.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))|\S+/g)].map(([all, key, quoted, plain]) =>
    key === undefined ? all : `${key}=${quoted ?? plain}`,
  );
}

export function LettersView({ live, query, ask, acted }: ViewProps) {
  const queue: Queue = query.get('queue') === 'items' ? 'items' : 'fetch';
  const [typed, setTyped] = useState('');
  const [match, setMatch] = useState<string[]>([]);
  const [look, setLook] = useState(0);
  const key = JSON.stringify([queue, match, look, acted]);
  const ofPage = (offset: number, again: boolean) => post<Page>('/api/letters', { queue, match, offset, again });
  const lookedAt = useRef(0);
  const { answer, failure } = useAnswer(key, () => {
    // After an act the queue is another one.
    const isToLook = look !== lookedAt.current || acted !== (actedAt.get(queue) ?? 0);
    lookedAt.current = look;
    actedAt.set(queue, acted);
    return ofPage(0, isToLook);
  });
  const depth = live.status?.queues?.[queue].deadLetters;
  const inQueue = depth === undefined ? undefined : depth.visible + depth.delayed + depth.inFlight;
  const narrow = (texts: string[]) => {
    setMatch(texts);
    setTyped(texts.map((text) => (/\s/.test(text) ? text.replace(/=(.*)$/s, '="$1"') : text)).join(' '));
  };
  return (
    <>
      <Card heading="Which">
        <Which
          queue={queue}
          typed={typed}
          type={setTyped}
          show={setMatch}
          lookAgain={() => setLook((count) => count + 1)}
        />
        {failure !== undefined && <p class="failure">{failure}</p>}
        <p class="hint" aria-live="polite">
          {failure === undefined && found(answer, inQueue)}
        </p>
      </Card>
      {answer !== undefined && answer.total > 0 && (
        <>
          <Groups answer={answer} narrow={narrow} />
          <Letters
            key={key}
            listKey={key}
            queue={queue}
            match={match}
            answer={answer}
            ask={ask}
            load={(offset) => ofPage(offset, false)}
          />
        </>
      )}
      {answer !== undefined && answer.total === 0 && <p class="card success">There is none.</p>}
    </>
  );
}

function found(answer: Page | undefined, inQueue: number | undefined): string {
  if (answer === undefined) {
    return 'looking into the queue: it is read by receiving it, ten at a time';
  }
  const now = inQueue === undefined || inQueue === answer.inQueue ? '' : `; the queue now counts ${inQueue}`;
  return `${answer.total} of ${answer.inQueue} dead letters, as of ${timeText(answer.at)} UTC${now}`;
}

type Choice = {
  queue: Queue;
  typed: string;
  type: (text: string) => void;
  show: (match: string[]) => void;
  lookAgain: () => void;
};

/** The queue, and which of its letters. */
function Which({ queue, typed, type, show, lookAgain }: Choice) {
  return (
    <>
      <ul class="tabs">
        {(['fetch', 'items'] as const).map((name) => (
          <li key={name}>
            <a href={`#/letters?queue=${name}`} aria-current={name === queue ? 'true' : undefined}>
              {name === 'fetch' ? 'of the fetch queue' : 'of the item queue'}
            </a>
          </li>
        ))}
      </ul>
      <form
        class="inline"
        onSubmit={(event) => {
          event.preventDefault();
          show(matchOf(typed));
        }}
      >
        <label>
          <span class="hint">match, such as reason=too-old region=DE</span>
          <input value={typed} onInput={(event) => type(event.currentTarget.value)} />
        </label>
        <button type="submit">Show</button>
        <button type="button" onClick={lookAgain}>
          Look again
        </button>
      </form>
    </>
  );
}

function Groups({ answer, narrow }: { answer: Page; narrow: (match: string[]) => void }) {
  return (
    <Card heading="By reason and subject">
      <Scroll isShort label="groups of dead letters">
        <table>
          <thead>
            <tr>
              <th scope="col">reason</th>
              <th scope="col">about</th>
              <th scope="col" class="figure">
                count
              </th>
              <th scope="col">oldest</th>
              <th scope="col">narrow</th>
            </tr>
          </thead>
          <tbody>
            {answer.groups.map(({ reason, subject, count, oldest, messageId }) => (
              <tr key={messageId}>
                <th scope="row">{reason}</th>
                <td>
                  <bdi>{subject || '(not readable)'}</bdi>
                </td>
                <td class="figure">{count}</td>
                <td>{timeText(oldest)}</td>
                <td>
                  <button
                    type="button"
                    class="quiet"
                    aria-label={`only these: ${reason} ${subject}`}
                    onClick={() => narrow([`reason=${reason}`, ...(subject === '' ? [] : [`feed=${subject}`])])}
                  >
                    only these
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  );
}

type LettersProps = {
  listKey: string;
  queue: Queue;
  match: string[];
  answer: Page;
  ask: ViewProps['ask'];
  load: (offset: number) => Promise<Page>;
};

function Letters({ listKey, queue, match, answer, ask, load }: LettersProps) {
  const [chosen, setChosen] = useState<LetterFacts | undefined>();
  const what = match.length === 0 ? `all ${answer.total}` : `the ${answer.total} that match`;
  return (
    <Card heading="Letters, newest first">
      <div class="buttons start">
        <button type="button" onClick={() => ask(letterAct('replay', queue, match, what))}>
          Replay {what}
        </button>
        <button type="button" class="danger" onClick={() => ask(letterAct('delete', queue, match, what))}>
          Delete {what}
        </button>
      </div>
      <div class="letters">
        <VirtualList
          label={`dead letters of the ${queue} queue`}
          total={answer.total}
          pageRows={pageRows}
          listKey={listKey}
          load={async (offset) => (offset === 0 ? answer.letters : (await load(offset)).letters)}
          show={({ reason, subject, failedAt, code }) => (
            <>
              <span class="reason">{reason}</span> <bdi class="subject">{subject || '(not readable)'}</bdi>{' '}
              <small>
                {code} {timeText(failedAt)}
              </small>
            </>
          )}
          onChosen={setChosen}
        />
        {chosen === undefined ? (
          <p class="hint">
            Choose one to see all of it: by a click, or by the arrow keys while the list has the focus.
          </p>
        ) : (
          <Letter key={chosen.messageId} queue={queue} letter={chosen} ask={ask} />
        )}
      </div>
    </Card>
  );
}
