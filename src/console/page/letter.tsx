/** One dead letter, and what can be done to it or to many. */
import { useEffect, useState } from 'preact/hooks';
import type { DeadLetter } from '../../operator/dead-letters/dead-letter.ts';
import { post } from './api.ts';
import { type Act, Scroll, type ViewProps } from './parts.tsx';

/** The queue whose dead letters are meant. */
export type Queue = 'fetch' | 'items';

/** What a list tells of a letter. */
export type LetterFacts = Omit<DeadLetter, 'body' | 'feed'>;

/** Replaying or deleting: those that match, or the one with this id. */
export function letterAct(verb: 'replay' | 'delete', queue: Queue, match: string[], what: string): Act {
  const call = { do: verb, queue, match };
  const warning = {
    replay: 'They go back to their queue, 30 a second; each is deleted here when it was sent.',
    delete: 'They are deleted for good: what they asked for is not done.',
  }[verb];
  const name = verb === 'replay' ? 'Replay' : 'Delete';
  return {
    heading: `${name} ${what} of the ${queue} queue?`,
    verb: name,
    warning,
    call: { ...call, dryRun: false },
    preview: { ...call, dryRun: true },
  };
}

type Whole = LetterFacts & { body: string; bodyCharacters: number; whole: boolean };

/** One letter with all that is known of it. */
export function Letter({ queue, letter, ask }: { queue: Queue; letter: LetterFacts; ask: ViewProps['ask'] }) {
  const [whole, setWhole] = useState<Whole | null | undefined>();
  useEffect(() => {
    void post<{ letter: Whole | null }>('/api/letter', { queue, messageId: letter.messageId }).then(
      (answer) => setWhole(answer.letter),
      () => setWhole(null),
    );
  }, []);
  // By its whole id: the beginning of one would need a look through the queue first.
  const match = [`messageId=${letter.messageId}`];
  return (
    <section class="letter" aria-label="the letter that is chosen" aria-live="polite">
      <dl class="facts">
        {Object.entries(letter).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{String(value) || '–'}</dd>
          </div>
        ))}
      </dl>
      <div class="buttons start">
        <button type="button" onClick={() => ask(letterAct('replay', queue, match, 'this letter'))}>
          Replay this one
        </button>
        <button type="button" class="danger" onClick={() => ask(letterAct('delete', queue, match, 'this letter'))}>
          Delete this one
        </button>
      </div>
      {whole !== undefined && whole !== null && (
        <>
          <Scroll isShort label="body of the letter">
            <pre>{whole.body}</pre>
          </Scroll>
          {!whole.whole && (
            <p class="hint">
              the beginning of {whole.bodyCharacters} characters:{' '}
              <code>
                dlq show {queue} {letter.messageId}
              </code>{' '}
              prints all
            </p>
          )}
        </>
      )}
    </section>
  );
}
