import { expect, it } from 'vitest';
import { jobSchema } from '../../src/shared/queues/fetch-job.ts';
import { itemSchema } from '../../src/shared/queues/item-page.ts';
import { parseMessage } from '../../src/shared/queues/parse-message.ts';
import { dynamoCatalogReader } from '../../src/shared/tables/dynamo-catalog.ts';
import { rowKeyText } from '../../src/shared/tables/row.ts';
import { describeOnEngine } from '../support/embedded-tables.ts';
import { putAll } from '../support/legacy-tables.ts';
import { type RecordedMessage, readRecordings } from './recording.ts';

const [recording] = readRecordings();
const feed = { category: 'popular', media: 'tv', region: 'global', language: 'en-US' } as const;

function changed({ body }: RecordedMessage, over: object): string {
  return JSON.stringify({ ...JSON.parse(body), ...over });
}

// After a roll-back, and for some seconds of an upgrade, this release meets what a newer one writes (docs/delivery.md).
describeOnEngine('dynalite', 'this release, on what a newer one has written,', (tables) => {
  const read = async (over: object) => {
    const catalog = await tables.newCatalog();
    await putAll(
      tables.client,
      catalog,
      (recording?.catalog ?? []).map((row) => ({ ...row, ...over })),
    );
    const reader = dynamoCatalogReader(tables.client, catalog);
    const damaged: string[] = [];
    const pages = await reader.listPages(feed, 20, ({ mediaId }, why) => damaged.push(`${mediaId}: ${why}`));
    const key = { mediaId: '4242', mediaType: 'movie' };
    const titles = await reader.readTitles([key], ({ mediaId }, why) => damaged.push(`${mediaId}: ${why}`));
    return { pages, title: titles.get(rowKeyText(key)), damaged };
  };

  it('ignores members of a message that it does not know', () => {
    const messages = [...(recording?.fetchQueue ?? []), ...(recording?.itemQueue ?? [])];
    expect(messages.length).toBeGreaterThan(5);
    for (const message of messages) {
      const schema = message.body.includes('"item-') ? itemSchema : jobSchema;
      const parsed = parseMessage(schema, changed(message, { mood: 'new' }));
      expect(parsed).toEqual(parseMessage(schema, message.body));
    }
  });

  it.each([{ version: 2 }, { kind: 'mood-page' }])('takes a message with %j for malformed', (over) => {
    for (const message of recording?.fetchQueue ?? []) {
      expect(() => parseMessage(jobSchema, changed(message, over))).toThrow(
        expect.objectContaining({ code: 'malformed_message' }),
      );
    }
    for (const message of recording?.itemQueue ?? []) {
      expect(() => parseMessage(itemSchema, changed(message, over))).toThrow(
        expect.objectContaining({ code: 'malformed_message' }),
      );
    }
  });

  it('reads rows with attributes that it does not know', async () => {
    const plain = await read({});
    expect([plain.pages.length, plain.title?.title, plain.damaged]).toEqual([2, 'Fight Club', []]);
    expect(await read({ mood: 'new', moods: ['a', { b: 1 }] })).toEqual(plain);
  });

  it('takes rows of another schema version for absent, and says which', async () => {
    const { pages, title, damaged } = await read({ schemaVersion: 2 });
    expect([pages, title]).toEqual([[], undefined]);
    expect(damaged).toEqual(expect.arrayContaining([expect.stringMatching(/^popular\/tv.*schemaVersion/)]));
    expect(damaged).toEqual(expect.arrayContaining([expect.stringMatching(/^4242: schemaVersion/)]));
  });
});
