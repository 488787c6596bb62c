/**
 * What the five regions of docs/regions.md take of the table in a week of daily runs, with and without title rows in languages that a list
 * shows no translation in (docs/adr/0014).
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type ItemPage, type ItemTitle, itemTitleSchema } from '../src/shared/queues/item-page.ts';
import { defaultSettings } from '../src/shared/settings/settings.ts';
import { settingsFrom } from '../src/shared/settings/settings-overrides.ts';
import { catalogTable, controlTable, type TableDefinition } from '../src/shared/tables/table-definitions.ts';
import { hasTranslation } from '../src/writer/decide-rows.ts';
import { type BenchReport, type BenchResult, benchEnvironment } from './bench-report.ts';
import { dailyPages } from './daily-pages.ts';
import { withTables } from './emulated-services.ts';
import { applyPages } from './write-pages.ts';

const days = 7;
const regions = { US: 'en-US', GB: 'en-GB', DE: 'de-DE', JP: 'ja-JP', IN: 'hi-IN' };
const settings = settingsFrom(
  JSON.stringify({ regions: Object.entries(regions).map(([region, language]) => ({ region, language })) }),
);
const everyTitle: TableDefinition = { ...catalogTable, name: 'EveryTitle' };
const everyTitleControl: TableDefinition = { ...controlTable, name: 'EveryTitleControl' };

/** Runs the week. @throws where dynoxide is not installed: only it counts capacity as DynamoDB does. */
export async function benchRegions(): Promise<BenchReport> {
  const results = await withTables([catalogTable, controlTable, everyTitle, everyTitleControl], writeDays);
  return {
    bench: 'regions',
    method: `${days} daily runs of the default plan and the regions ${Object.keys(regions).join(', ')} on the simulator's drifting lists, written into one dynoxide; beside it the same with a title row for every listed title (each also sent alone, which is always written).`,
    environment: benchEnvironment({ dynoxide: '1.2.1' }),
    results,
    targets: [],
  };
}

async function writeDays(client: DynamoDBDocumentClient): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const [day, pages] of (await dailyPages(days, settings)).entries()) {
    const ours = await applyPages(client, pages);
    const all = await applyPages(client, [...pages, ...pages.flatMap(titlesAlone)], {
      catalog: everyTitle.name,
      control: everyTitleControl.name,
    });
    if (day === 0 || day === days - 1) {
      results.push(...resultsOf('translated titles only', day, pages.length, ours));
      results.push(...resultsOf('every title', day, pages.length, all));
    }
    if (day === 0) {
      results.push(...Object.values(regions).flatMap((language) => translatedShare(language, pages)));
    }
  }
  return results;
}

function resultsOf(
  subject: string,
  day: number,
  jobs: number,
  { writeUnits, rowsWritten }: { writeUnits: number; rowsWritten: number },
): BenchResult[] {
  const at = `day ${day + 1}`;
  return [
    { subject, metric: `write units, ${at}`, value: writeUnits, unit: 'WCU' },
    { subject, metric: `write units a job, ${at}`, value: Number((writeUnits / jobs).toFixed(1)), unit: 'WCU' },
    { subject, metric: `rows written, ${at}`, value: rowsWritten, unit: 'rows' },
  ];
}

/** Titles that the lists of a language show, each once, and those of them that have a row in it. */
function translatedShare(language: string, pages: readonly ItemPage[]): BenchResult[] {
  const listed = pages.filter(({ feed }) => feed.language === language).flatMap(({ titles }) => titles);
  const byTitle = new Map(listed.map((title) => [`${title.mediaType}/${title.id}`, title]));
  const told = [...byTitle.values()].filter((title) => hasTranslation(language, title, defaultSettings));
  return [
    { subject: language, metric: 'titles in its lists', value: byTitle.size, unit: 'titles' },
    { subject: language, metric: 'of these with a row', value: told.length, unit: 'titles' },
  ];
}

function titlesAlone({ runId, feed, fetchedAt, jobId, titles }: ItemPage): ItemTitle[] {
  return titles.map(({ rank, ...title }) =>
    itemTitleSchema.parse({
      kind: 'item-title',
      version: 1,
      jobId: `${jobId}/${rank}`,
      runId,
      language: feed.language,
      fetchedAt,
      title,
    }),
  );
}
