import { PermanentError, UsageError } from '../../shared/core/errors.ts';
import { shown } from '../../shared/core/shown-text.ts';
import type { DeadLetter } from './decode-dead-letter.ts';

/** So short an id is read and typed at ease. */
const shortestId = 8;
/** A sentence names no more. */
const mostNamed = 5;

/** For each letter the shortest beginning of its message id, eight characters at least, that no other one has. */
export function shortIdsOf(letters: readonly DeadLetter[]): Map<string, string> {
  const ids = letters.map(({ messageId }) => messageId).sort();
  return new Map(
    ids.map((id, index) => {
      const shared = Math.max(sharedBeginning(id, ids[index - 1]), sharedBeginning(id, ids[index + 1]));
      return [id, id.slice(0, Math.max(shortestId, shared + 1))];
    }),
  );
}

function sharedBeginning(id: string, other: string | undefined): number {
  let length = 0;
  while (other !== undefined && length < id.length && id[length] === other[length]) {
    length += 1;
  }
  return length;
}

/**
 * The one letter of the dead-letter queue of `queue` that `id` means: its message's id, its job's, or the beginning of either.
 * @throws PermanentError `no_such_letter`; UsageError when it means several, which are named.
 */
export function findDeadLetter(letters: readonly DeadLetter[], id: string, queue: string): DeadLetter {
  const ways: ((letter: DeadLetter) => boolean)[] = [
    ({ messageId }) => messageId === id,
    ({ jobId }) => jobId === id,
    ({ messageId, jobId }) => messageId.startsWith(id) || jobId.startsWith(id),
  ];
  const found = id === '' ? [] : (ways.map((way) => letters.filter(way)).find(({ length }) => length > 0) ?? []);
  const [letter, ...others] = found;
  if (letter === undefined) {
    throw new PermanentError(
      'no_such_letter',
      `the ${queue} dead-letter queue holds no message or job '${shown(id)}' (it holds ${letters.length})`,
    );
  }
  if (others.length > 0) {
    const short = shortIdsOf(letters);
    const named = found.slice(0, mostNamed).map(({ messageId }) => short.get(messageId) ?? messageId);
    const more = found.length > named.length ? ` and ${found.length - named.length} more` : '';
    throw new UsageError(`'${shown(id)}' is the id of ${found.length} dead letters: ${named.join(', ')}${more}`);
  }
  return letter;
}
