import { describe, expect, it } from 'vitest';
import { scanQueue } from '../../../src/operator/dead-letters/look-at-dead-letters.ts';
import type { MessageSource } from '../../../src/shared/queues/message-source.ts';

describe('a look into a queue whose holds are over before it ends', () => {
  it('is over when twenty answers in a row hold nothing new, and shows each message once', async () => {
    const shown: string[] = [];
    let receives = 0;
    const source: MessageSource = {
      receive: async () => {
        receives += 1;
        if (receives > 1_000) {
          throw new Error('it never ends');
        }
        return ['a', 'b'].map(
          (messageId) => ({ messageId, body: '{}', attributes: {}, receipt: '', sentAtMs: 0 }) as never,
        );
      },
      remove: async () => undefined,
      release: async () => undefined,
    } as never;
    await scanQueue(source, 1, async (batch) => {
      shown.push(...batch.map(({ messageId }) => messageId));
      return { fates: batch.map(() => 'left') };
    });
    expect(shown).toEqual(['a', 'b']);
    expect(receives).toBe(21);
  });

  it('goes on while there is something new among what was seen before', async () => {
    let receives = 0;
    const source: MessageSource = {
      receive: async () => {
        receives += 1;
        const fresh = receives % 19 === 0 && receives < 100 ? [`new ${receives}`] : [];
        return ['a', ...fresh].map(
          (messageId) => ({ messageId, body: '{}', attributes: {}, receipt: '', sentAtMs: 0 }) as never,
        );
      },
      remove: async () => undefined,
      release: async () => undefined,
    } as never;
    const shown: string[] = [];
    await scanQueue(source, 1, async (batch) => {
      shown.push(...batch.map(({ messageId }) => messageId));
      return { fates: batch.map(() => 'left') };
    });
    expect(shown).toEqual(['a', 'new 19', 'new 38', 'new 57', 'new 76', 'new 95']);
  });
});
