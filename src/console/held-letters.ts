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

/** A letter with the beginning of its body, and how long the whole one is. */
type HeldLetter = DeadLetter & { bodyCharacters: number };

type Look = { at: string; letters: HeldLetter[]; unreleased: number };

/** Keeps the latest look into each queue. */
export function heldLetters(look: (queue: 'fetch' | 'items') => Promise<DeadLetterLook>, clock: Clock) {
  const looks = new Map<string, { isOver: boolean; result: Promise<Look> }>();
  const lookInto = (queue: 'fetch' | 'items', again: boolean): Promise<Look> => {
    const held = looks.get(queue);
    // Two looks at once would each hide from the other what it has received.
    if (held !== undefined && !(again && held.isOver)) {
      return held.result;
    }
    const next = { isOver: false, result: look(queue).then((seen) => boundedLook(seen, clock)) };
    looks.set(queue, next);
    const end = () => {
      next.isOver = true;
    };
    // A look that failed is no look: the next question tries again.
    next.result.then(end, () => looks.delete(queue));
    return next.result;
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
        letters: chosen.slice(offset, offset + mostOfPage).map(factsOf),
      };
    },
    /** One letter with its body; `undefined` when the look had none of this id. */
    one: async (queue: 'fetch' | 'items', messageId: string) => {
      const { letters } = await lookInto(queue, false);
      const letter = letters.find((one) => one.messageId === messageId);
      if (letter === undefined) {
        return undefined;
      }
      const { body, bodyCharacters } = letter;
      return { ...factsOf(letter), body: readableBody(body), bodyCharacters, whole: body.length === bodyCharacters };
    },
  };
}

/** What the list tells of a letter. */
function factsOf({ body: _body, feed: _feed, bodyCharacters: _count, ...facts }: HeldLetter) {
  return facts;
}

/** The newest letters keep their bodies, as far as there is room for them. */
function boundedLook({ letters, unreleased }: DeadLetterLook, clock: Clock): Look {
  let left = keptOfAll;
  const held = newestFirst(letters).map((letter) => {
    const body = letter.body.slice(0, Math.min(keptCharacters, left));
    left -= body.length;
    return { ...letter, body, bodyCharacters: letter.body.length };
  });
  return { at: isoFromMs(clock.nowMs()), letters: held, unreleased: unreleased.length };
}
