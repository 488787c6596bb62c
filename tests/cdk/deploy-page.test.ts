import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adHocEventSchema } from '../../src/shared/queues/plan-request.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { catalogTable, categoryIndex } from '../../src/shared/tables/table-definitions.ts';

const page = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');

describe('the page about deploying', () => {
  it('shows settings that are understood', () => {
    const whole = [...page.matchAll(/```json\n([^`]*)```/g)].map(([, text]) => text);
    const inLine = [...page.matchAll(/`(\{"deployment[^`]*\})`/g)].map(([, text]) => text);
    expect([whole.length, inLine.length]).toEqual([1, 1]);
    for (const text of [...whole, ...inLine]) {
      expect(() => settingsFrom(text)).not.toThrow();
    }
  });

  it('asks for a list in words that the planner understands', () => {
    const entries = JSON.parse(page.match(/--entries '(.*)'/)?.[1] ?? '');
    const [{ Source, DetailType, Detail }] = entries;
    const delivered = {
      id: 'e',
      source: Source,
      'detail-type': DetailType,
      time: '2026-11-24T08:00:00Z',
      detail: JSON.parse(Detail),
    };
    expect(adHocEventSchema.safeParse(delivered).success).toBe(true);
  });

  it('queries the table, the index and the parameter that there are', () => {
    expect(page).toContain(`--table-name ${catalogTable.name} --index-name ${categoryIndex}`);
    expect(page).toContain(`--name ${defaultSettings.deployment.tokenParameter} --type SecureString`);
  });
});
