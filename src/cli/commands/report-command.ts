import { linkSync, lstatSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { buildReport } from '../../operator/report/build-report.ts';
import { dayMs } from '../../shared/core/clock.ts';
import { messageOf, PermanentError, UsageError } from '../../shared/core/errors.ts';
import { shown } from '../../shared/core/shown-text.ts';
import { dynamoCatalogReader } from '../../shared/tables/dynamo-catalog.ts';
import { dynamoFeedHeads } from '../../shared/tables/dynamo-feed-heads.ts';
import { dynamoUsageStore } from '../../shared/tables/dynamo-usage-store.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, examples, withPlace } from '../command-shape.ts';
import { formatReport } from '../format-overviews.ts';
import { withDynamo } from '../open-tables.ts';
import { parseCount, parseDurationMs, parseTimeMs } from '../parse-input.ts';
import { type PlaceOptions, type StackPlace, withStackPlace } from '../stack-place.ts';

type ReportOptions = PlaceOptions & {
  since: string;
  until?: string;
  top: string;
  html?: string;
  force?: boolean;
};

/** The longest that counters can be kept (`reader.usage.keepDays`). */
const mostDays = 400;

/** `report`. */
export function addReportCommand(program: Command): void {
  withPlace(program.command('report'))
    .description('hits, misses, most and least read, freshness, plan quality, calls, writes and cost over a period')
    .addHelpText('after', examples('report --since 24h', 'report --since 30d --html report.html --stack aws'))
    .option('--since <duration>', 'how long a period, such as 24h, 7d or 30d', '7d')
    .option('--until <time>', 'UTC time of its end (default: now)')
    .option('--top <count>', 'length of the rankings', '10')
    .option('--html <file>', 'the same as a page, in one file')
    .option('--force', 'replace the file of --html when it is there')
    .action(acting(reportCommand));
}

/** `report`: reads, rankings, freshness, plan quality, work and cost over a period; `--html` writes the same as a page. */
async function reportCommand(options: ReportOptions, context: CliContext): Promise<void> {
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
    // Loading what draws charts takes a second, which only this needs.
    const { reportHtml } = await import('../../operator/report/html/report-html.ts');
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

/**
 * Checks that a file can be written at `path`, before the work that it is for.
 * @throws UsageError for no name, PermanentError when its folder does not exist, when the path is no regular file, or when a
 * file exists and `force` is not set.
 */
export function assertWritable(path: string, option: string, force: boolean): void {
  if (path.trim() === '' || path.includes('\0')) {
    throw new UsageError(`${option} is '${shown(path)}': allowed are names of files`);
  }
  if (!isFolder(dirname(path))) {
    throw new PermanentError(
      'folder_missing',
      `'${path}' cannot be written: there is no folder '${dirname(path)}', name one that exists`,
    );
  }
  // A symbolic link counts as its target, and one without a target as an existing file.
  const present = looking(path, () => statSync(path, { throwIfNoEntry: false }));
  if (present !== undefined && !present.isFile()) {
    const what = present.isDirectory() ? 'a folder' : 'a device or a pipe';
    throw new PermanentError('is_no_file', `'${path}' cannot be written: it is ${what}`);
  }
  if (!force && looking(path, () => lstatSync(path, { throwIfNoEntry: false })) !== undefined) {
    throw alreadyThere(path);
  }
}

/** A look at the file system; it fails for a name that is too long, or in a folder without permission. */
function looking<T>(path: string, look: () => T): T {
  try {
    return look();
  } catch (cause) {
    throw failureOf(path, cause);
  }
}

/**
 * Writes `text` to `path` whole or not at all. An existing file is replaced only with `force`, even one that was created meanwhile; a
 * symbolic link is replaced by the file, and never followed.
 * @throws PermanentError when it cannot be written, or when a file is there.
 */
export function writeWholeFile(path: string, text: string, force: boolean): void {
  const unfinished = join(dirname(path), `.${basename(path).slice(0, 100)}.${process.pid}.unfinished`);
  try {
    rmSync(unfinished, { force: true });
    writeFileSync(unfinished, text, { flag: 'wx' });
    if (force) {
      renameSync(unfinished, path);
    } else {
      placeNew(unfinished, path, text);
    }
  } catch (cause) {
    throw failureOf(path, cause);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Unlike a rename, a link fails where a file exists. File systems without hard links get the file written in place. */
function placeNew(unfinished: string, path: string, text: string): void {
  try {
    linkSync(unfinished, path);
  } catch (cause) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes((cause as NodeJS.ErrnoException).code ?? '')) {
      throw cause;
    }
    writeFileSync(path, text, { flag: 'wx' });
  }
}

function failureOf(path: string, cause: unknown): PermanentError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EEXIST') {
    return alreadyThere(path);
  }
  const why = code === 'ENOSPC' ? 'the disk is full (ENOSPC)' : messageOf(cause);
  return new PermanentError('file_not_written', `'${path}' cannot be written: ${why}`);
}

function alreadyThere(path: string): PermanentError {
  return new PermanentError(
    'file_exists',
    `'${path}' is there already: choose another name, or replace it with --force`,
  );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
