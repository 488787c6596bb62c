import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { listPageDraft } from '../../../src/shared/tables/list-page-row.ts';
import { catalogTable, controlTable } from '../../../src/shared/tables/table-definitions.ts';
import { titleRowFor } from '../../../src/shared/tables/title-row.ts';
import { feedHeadFor } from '../../../src/writer/join-feed-heads.ts';
import { samplePage, sampleTitle } from '../../support/sample-messages.ts';

const title: Record<string, unknown> = titleRowFor(
  { language: 'en-US', fetchedAt: samplePage().fetchedAt },
  sampleTitle(),
  defaultSettings,
);
const page: Record<string, unknown> = { ...listPageDraft(samplePage(), defaultSettings)?.build() };
const head: Record<string, unknown> = feedHeadFor(samplePage(), defaultSettings);

describe('what is stored fits the tables', () => {
  it('every row has the primary key as texts and the TTL as epoch seconds', () => {
    for (const [row, table] of [
      [title, catalogTable],
      [page, catalogTable],
      [head, controlTable],
    ] as const) {
      for (const { attribute } of table.keys) {
        expect(row[attribute]).toBeTypeOf('string');
      }
      expect(row[table.ttlAttribute]).toSatisfy(Number.isInteger);
      expect(row[table.ttlAttribute]).toBeLessThan(10_000_000_000);
    }
  });

  it('pages are in the index and titles are not', () => {
    const [index] = catalogTable.indexes;
    expect(catalogTable.indexes).toHaveLength(1);
    for (const { attribute } of index?.keys ?? []) {
      expect(page[attribute]).toBeTypeOf('string');
      expect(title).not.toHaveProperty(attribute);
    }
  });

  it('names are the design’s', () => {
    expect([catalogTable.name, controlTable.name, catalogTable.indexes[0]?.name]).toEqual([
      'MovieRecCache',
      'PipelineControl',
      'CategoryContentTypeIndex',
    ]);
    expect([catalogTable.ttlAttribute, controlTable.ttlAttribute]).toEqual(['expiresAt', 'expiration']);
  });
});
