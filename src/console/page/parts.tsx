/** What several views are made of. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ConsoleCall } from '../console-call.ts';
import type { Live } from './api.ts';

/**
 * What an act is: what it is called and the call that does it. `preview`: the call that shows what it would do. `takesWhy`: the person says
 * why, which the call then holds.
 */
export type Act = { heading: string; verb: string; warning?: string } & (
  | { call: ConsoleCall; preview: ConsoleCall; takesWhy?: never }
  | { takesWhy: (why: string) => ConsoleCall; call?: never; preview?: never }
);

/** What every view gets. `query` is what stands behind a `?` in the address of the view. */
export type ViewProps = { live: Live; query: URLSearchParams; ask: (act: Act) => void; acted: number };

/** What may be wider than the screen. It has the focus, so that the keyboard can scroll it. */
export function Scroll({
  label,
  isShort,
  children,
}: {
  label: string;
  isShort?: boolean;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus (WCAG 2.1.1)
    <section class={isShort ? 'scroll short' : 'scroll'} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}

/** A section with a heading. */
export function Card({ heading, children }: { heading: string; children: ComponentChildren }) {
  return (
    <section class="card">
      <h2>{heading}</h2>
      {children}
    </section>
  );
}

/** Facts beside each other: a name, a figure in large, and what more there is to say. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, figure: string, more: string])[] }) {
  return (
    <div class="tiles">
      {facts.map(([name, figure, more]) => (
        <dl class="tile" key={name}>
          <dt>{name}</dt>
          <dd>{figure}</dd>
          <dd>{more}</dd>
        </dl>
      ))}
    </div>
  );
}

/** The command that does the same in a terminal. */
export function CommandLine({ command }: { command: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(command).then(() => setCopied(true));
  return (
    <p class="command">
      <span class="hint">the same in a terminal:</span> <code>{command}</code>{' '}
      <button type="button" class="quiet" onClick={() => void copy()}>
        {copied ? 'copied' : 'copy'}
      </button>
    </p>
  );
}

type Answer<T> = { answer?: T | undefined; failure?: string | undefined };

/**
 * A call whose answer is shown: it is asked again when `key` changes, until when there is none. What answered another question, such as that
 * for another queue, must not stand under this one. `last`: the latest answer to any.
 */
export function useAnswer<T>(key: string, ask: () => Promise<T>): Answer<T> & { last?: T; again: () => void } {
  const [held, setHeld] = useState<Answer<T> & { key?: string; last?: T }>({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    ask().then(
      (answer) => isCurrent && setHeld({ key, answer, last: answer }),
      ({ message: failure }: Error) =>
        isCurrent &&
        setHeld(({ answer, ...past }) => ({ ...past, key, answer: past.key === key ? answer : undefined, failure })),
    );
    return () => {
      isCurrent = false;
    };
  }, [key, round]);
  const { answer, failure, last } = held;
  return {
    ...(held.key === key && { answer, failure }),
    ...(last !== undefined && { last }),
    again: () => setRound((count) => count + 1),
  };
}

/** A feed as the addresses of views name it, with all of its pages: a list that is fetched anew by fewer becomes that much shorter. */
export function queryOf({ feed, pages }: { feed: string; pages: string }): URLSearchParams {
  const [category = '', media = '', region = '', language = ''] = feed.split('/');
  return new URLSearchParams({ category, media, region, language, pages: /[1-9]\d*$/.exec(pages)?.[0] ?? '1' });
}

/** `42 s`, `17 min`, `5.2 h`, `3.1 d`. */
export function ageText(seconds: number): string {
  const [unit, name, digits] =
    seconds < 60
      ? [1, 's', 0]
      : seconds < 3_600
        ? [60, 'min', 0]
        : seconds < 86_400
          ? [3_600, 'h', 1]
          : [86_400, 'd', 1];
  return `${(seconds / unit).toFixed(digits)} ${name}`;
}

/** `25 Nov 14:00:31`, in UTC; a dash for no time. */
export function timeText(iso: string | null | undefined): string {
  const at = new Date(iso ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? '–' : `${at.toUTCString().slice(5, 11)} ${at.toISOString().slice(11, 19)}`;
}
