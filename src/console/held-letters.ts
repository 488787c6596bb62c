/** Dead letters as they were when somebody looked: a queue is read by receiving it, which should not happen for every page of a list. */
import { type DeadLetter, readableBody } from '../operator/dead-letters/dead-letter.ts';
import { type DeadLetterLook, groupDeadLetters, newestFirst } from '../operator/dead-letters/look-at-dead-letters.ts';
import { matches, parseMatch, refuseUnknownReasons } from '../operator/dead-letters/match-letters.ts';
import { type Clock, isoFromMs } from '../shared/core/clock.ts';

/** So much of a body is kept: a queue may hold ten thousand of up to a megabyte. */
const keptCharacters = 20_000;
/** And so much of all of them together. */
const keptOfAll = 50_000_000;
/** Letters of one answer. */
const mostOfPage = 200;
/** Groups of one answer: a person reads no more. */
const mostGroups = 100;

/** Which letters a page of the list is of. */
type LettersQuery = { queue: 'fetch' | 'items'; match: readonly string[]; offset: number; again: boolean };

type Look = { at: string; letters: DeadLetter[]; unreleased: number };

/** Keeps the latest look into each queue. */
export function heldLetters(look: (queue: 'fetch' | 'items') => Promise<DeadLetterLook>, clock: Clock) {
  const looks = new Map<string, Promise<Look>>();
  const lookInto = (queue: 'fetch' | 'items', again: boolean): Promise<Look> => {
    const held = looks.get(queue);
    if (held !== undefined && !again) {
      return held;
    }
    const next = look(queue).then((seen) => boundedLook(seen, clock));
    looks.set(queue, next);
    // A look that failed is no look: the next question tries again.
    next.catch(() => looks.get(queue) === next && looks.delete(queue));
    return next;
  };
  return {
    /** A page of those that match, newest first, with the groups of all that match. @throws UsageError for a match that is none. */
    page: async ({ queue, match: texts, offset, again }: LettersQuery) => {
      const match = parseMatch(texts);
      const { at, letters, unreleased } = await lookInto(queue, again);
      refuseUnknownReasons(match, letters);
      const chosen = letters.filter((letter) => matches(letter, match));
      return {
        at,
        unreleased,
        inQueue: letters.length,
        total: chosen.length,
        offset,
        groups: offset === 0 ? groupDeadLetters(chosen, clock.nowMs()).slice(0, mostGroups) : [],
        letters: chosen.slice(offset, offset + mostOfPage).map(({ body: _body, feed: _feed, ...facts }) => facts),
      };
    },
    /** One letter with its body; `undefined` when the look had none of this id. */
    one: async (queue: 'fetch' | 'items', messageId: string) => {
      const { letters } = await lookInto(queue, false);
      const letter = letters.find((one) => one.messageId === messageId);
      if (letter === undefined) {
        return undefined;
      }
      const { feed: _feed, body, ...facts } = letter;
      return { ...facts, body: readableBody(body), bodyCharacters: body.length, whole: body.length < keptCharacters };
    },
  };
}

function boundedLook({ letters, unreleased }: DeadLetterLook, clock: Clock): Look {
  let left = keptOfAll;
  const kept = letters.map((letter) => {
    const body = letter.body.slice(0, Math.min(keptCharacters, Math.max(0, left)));
    left -= body.length;
    return { ...letter, body };
  });
  return { at: isoFromMs(clock.nowMs()), letters: newestFirst(kept), unreleased: unreleased.length };
}
