import { expect, it } from 'vitest';
import { redactedLiveCalls } from '../../src/reader/live-calls.ts';
import { sampleFeed } from '../support/sample-messages.ts';

const redact = (text: string) => text.replaceAll('s3cret', '[token]');

it('what a live call failed of is told without the token, and what it brought as it came', async () => {
  const failed = redactedLiveCalls(
    {
      firstPage: async () => ({ kind: 'unavailable', code: 'tmdb_5', detail: 'HTTP 400: s3cret' }),
      title: async () => ({ kind: 'absent' }),
      find: async () => ({ kind: 'unavailable', code: 'tmdb_5', detail: 'HTTP 400: s3cret' }),
    },
    redact,
  );
  const wanted = { kind: 'unavailable', code: 'tmdb_5', detail: 'HTTP 400: [token]' };
  expect(await failed.firstPage(sampleFeed(), '2026-11-23T08:00:00Z.0badcafe')).toEqual(wanted);
  expect(await failed.find({ source: 'tvdb', id: '1' }, 'en-US')).toEqual(wanted);
  expect(await failed.title('movie', 550, 'en-US')).toEqual({ kind: 'absent' });
});
