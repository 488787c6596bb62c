import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDeadLetter } from '../../../src/operator/dead-letters/dead-letter.ts';
import { findDeadLetter, shortIdsOf } from '../../../src/operator/dead-letters/look-at-dead-letters.ts';
import { UsageError } from '../../../src/shared/core/errors.ts';
import { caught } from '../../support/caught.ts';
import { deadJob } from '../../support/dead-letter-samples.ts';

const letter = (messageId: string, n = 1) =>
  decodeDeadLetter({ messageId, receiptHandle: 'r', attributes: {}, sentAtMs: 1, ...deadJob(n, 'too-old') });
const ids = [
  '1a2b3c4d-0000-4000-8000-000000000001',
  '1a2b3c4d-9999-4000-8000-000000000002',
  'ffffffff-0000-4000-8000-000000000003',
];
const letters = ids.map((id, n) => letter(id, n + 1));

describe('a dead letter', () => {
  it.each([
    [ids[0], ids[0]],
    ['1a2b3c4d-0', ids[0]],
    ['f', ids[2]],
    ['0badcafe/popular/movie/global/en-US/2', ids[1]],
  ])('is found by %s', (id, messageId) => {
    expect(findDeadLetter(letters, id ?? '', 'fetch').messageId).toBe(messageId);
  });

  it('is not guessed where several are meant: they are named by ids that are enough', () => {
    const error = caught(() => findDeadLetter(letters, '1a2b', 'fetch'));
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain("'1a2b' is the id of 2 dead letters: 1a2b3c4d-0, 1a2b3c4d-9");
    const ofOneJob = caught(() => findDeadLetter([letter('a', 7), letter('b', 7)], '0badcafe', 'fetch'));
    expect(String(ofOneJob)).toContain('2 dead letters: a, b');
  });

  it.each(['nobody', '', '-0000'])('is not found by %j', (id) => {
    expect(caught(() => findDeadLetter(letters, id, 'items'))).toMatchObject({
      code: 'no_such_letter',
      message: `the items dead-letter queue holds no message or job '${id}' (it holds 3): see dlq list items`,
    });
  });

  it('has a short id that finds it, whatever the ids are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(fc.uuid(), fc.stringMatching(/^[ab]{9,12}$/)), { minLength: 1 }), (some) => {
        const all = some.map((id, n) => letter(id, n));
        for (const [id, short] of shortIdsOf(all)) {
          expect(short.length).toBeGreaterThanOrEqual(8);
          expect(findDeadLetter(all, short, 'fetch').messageId === id || some.includes(short)).toBe(true);
        }
      }),
    );
  });
});
