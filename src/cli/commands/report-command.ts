import { buildReport } from '../../operator/report/build-report.ts';
import { reportHtml } from '../../operator/report/html/report-html.ts';
import { dayMs } from '../../shared/core/clock.ts';
import { UsageError } from '../../shared/core/errors.ts';
import { dynamoCatalogReader } from '../../shared/tables/dynamo-catalog-reader.ts';
import { dynamoFeedHeads } from '../../shared/tables/dynamo-feed-heads.ts';
import { dynamoUsageStore } from '../../shared/tables/dynamo-usage-store.ts';
import type { CliContext } from '../cli-context.ts';
import { formatReport } from '../format-report.ts';
import { withDynamo } from '../open-tables.ts';
import { parseCount, parseDurationMs, parseTimeMs } from '../parse-input.ts';
import { type PlaceOptions, type StackPlace, withStackPlace } from '../stack-place.ts';
import { assertWritable, writeWholeFile } from '../whole-file.ts';

/** Options of `report`. */
export type ReportOptions = PlaceOptions & {
  since: string;
  until?: string;
  top: string;
  html?: string;
  force?: boolean;
};

/** Counters are kept no longer (`reader.usage.keepDays`). */
const mostDays = 400;

/** `report`: reads, rankings, freshness, plan quality, work and cost over a period; `--html` writes the same as a page. */
export async function reportCommand(options: ReportOptions, context: CliContext): Promise<void> {
  const { settings, clock, output } = context;
  const nowMs = clock.nowMs();
  const request = {
    untilMs: options.until === undefined || options.until === 'now' ? nowMs : parseTimeMs(options.until, '--until'),
    sinceMs: parseSinceMs(options.since),
    top: parseCount(options.top, '--top', 1, 100),
  };
  const force = options.force === true;
  if (force && options.html === undefined) {
    throw new UsageError('--force replaces the file of --html: leave it out, or name one');
  }
  if (options.html !== undefined) {
    assertWritable(options.html, '--html', force);
  }
  const build = ({ dynamodb, catalogTable, controlTable }: StackPlace) =>
    withDynamo(dynamodb, (client) => {
      const usage = dynamoUsageStore(client, controlTable);
      const heads = dynamoFeedHeads(client, controlTable);
      const catalog = dynamoCatalogReader(client, catalogTable);
      return buildReport(request, { usage, heads, catalog }, settings, nowMs);
    });
  const report = await withStackPlace(options, context, build, 'look');
  if (options.html !== undefined) {
    writeWholeFile(options.html, reportHtml(report), force);
    output.note(`written: ${options.html}`);
  }
  output.result(report, formatReport(report));
}

function parseSinceMs(text: string): number {
  const sinceMs = parseDurationMs(text, '--since');
  if (sinceMs > mostDays * dayMs) {
    throw new UsageError(
      `--since is '${text}': allowed are durations of up to ${mostDays}d, as long as counters are kept`,
    );
  }
  return sinceMs;
}
