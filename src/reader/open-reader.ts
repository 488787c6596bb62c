/** The reader on DynamoDB and SQS: what an application imports, and what the function behind the URL runs on. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type AwsFailure, failureSentence } from '../shared/core/aws-failure.ts';
import type { ClientTarget, DocumentClient } from '../shared/core/client-target.ts';
import { UsageError } from '../shared/core/errors.ts';
import { type TokenSource, tokenRedactor } from '../shared/core/redact-token.ts';
import { shown, shownUrl } from '../shared/core/shown-text.ts';
import { systemClock, systemRandom } from '../shared/core/system-clock.ts';
import type { Images } from '../shared/queues/reference.ts';
import { sqsMessageSender } from '../shared/queues/sqs-message-sender.ts';
import { defaultSettings } from '../shared/settings/settings.ts';
import type { Settings } from '../shared/settings/settings-schema.ts';
import { dynamoClient, sqsClient } from '../shared/tables/aws-clients.ts';
import { dynamoCatalogReader } from '../shared/tables/dynamo-catalog.ts';
import { dynamoUsageStore } from '../shared/tables/dynamo-usage-store.ts';
import type { OnDamaged } from '../shared/tables/row.ts';
import { redactedTelemetry, type Telemetry } from '../shared/telemetry/telemetry.ts';
import { redactedBreakerStore } from '../shared/throttle/breaker-record.ts';
import { dynamoBreakerStore } from '../shared/throttle/dynamo-breaker-store.ts';
import { controlItems } from '../shared/throttle/dynamo-control-items.ts';
import { dynamoRateSchedule, readerScheduleId } from '../shared/throttle/dynamo-rate-schedule.ts';
import { rateLimitsOf, readerRateLimitsOf } from '../shared/throttle/rate-schedule.ts';
import { sharedBreaker } from '../shared/throttle/shared-breaker.ts';
import { tmdbHttp } from '../shared/tmdb/tmdb-http.ts';
import { tokenAddress, tokenAddresses } from '../shared/tmdb/token-address.ts';
import { type Background, background } from './background.ts';
import { checkOptions } from './check-options.ts';
import { dynamoRefreshLeases } from './dynamo-refresh-leases.ts';
import { dynamoUnknownIds } from './dynamo-unknown-ids.ts';
import { liveCalls, redactedLiveCalls } from './live-calls.ts';
import { pipelineRequests } from './pipeline-requests.ts';
import { createReader } from './reader.ts';
import type { Reader, ReaderHealth } from './reader-api.ts';
import { sampledTelemetry } from './sampled-telemetry.ts';
import type { LiveCalls } from './tiers.ts';

/** Where the pipeline is. Names and URLs are those of the stack's outputs. */
export type OpenReaderOptions = {
  catalogTable: string;
  /** Without it the reader neither counts reads nor requests refreshes nor calls TMDB. */
  controlTable?: string | undefined;
  /** Both or none: without them the reader requests no refreshes. */
  fetchQueueUrl?: string | undefined;
  itemQueueUrl?: string | undefined;
  /** TMDB and its API Read Access Token, for what the cache does not have. Without it the cache answers alone. */
  tmdb?: { baseUrl: string; token: TokenSource } | undefined;
  /** Whether reads are counted; default: yes. */
  countReads?: boolean | undefined;
  /** A `DynamoDBDocumentClient` of the application, which `close` leaves open. Default: the reader opens one. */
  client?: DocumentClient | undefined;
  /** Emulators instead of AWS. */
  dynamodb?: ClientTarget | undefined;
  sqs?: ClientTarget | undefined;
  /** Default: the default settings. */
  settings?: Settings | undefined;
  /**
   * Logs and metrics; default: none. Metrics of reads come ten seconds apart or more, as one call of `gathered` where there is this method.
   * Of alike events and warnings the first three in ten seconds are passed on, then their number (`records-left-out`).
   */
  telemetry?: Telemetry | undefined;
  /**
   * Is told once when the table cannot be read at all, and again after reads that worked; and once of each row that is left out because it
   * is damaged, up to a hundred rows. Default: `console`.
   */
  logger?: { warn(message: string): void } | undefined;
};

const silent: Telemetry = { event: () => undefined, metric: () => undefined, warn: () => undefined };

/**
 * Opens a reader. Nothing is called yet; credentials come from where the AWS SDK finds them.
 * @throws UsageError in one sentence for options that are wrong.
 */
export function openReader(options: OpenReaderOptions): Reader {
  checkOptions(options);
  const { settings = defaultSettings } = options;
  const telemetry = sampledTelemetry(options.telemetry ?? silent, systemClock);
  if (options.tmdb !== undefined && tokenAddress(options.tmdb.baseUrl) === 'elsewhere') {
    throw new UsageError(`tmdb.baseUrl is '${shownUrl(options.tmdb.baseUrl)}': ${tokenAddresses}`);
  }
  const client = (options.client as DynamoDBDocumentClient | undefined) ?? dynamoClient(options.dynamodb);
  const behind = background(telemetry);
  const reader = createReader({
    catalog: dynamoCatalogReader(client, options.catalogTable),
    onUnreadable: logUnreadableTo(options.logger ?? console, options.catalogTable),
    onDamaged: logDamagedTo(options.logger ?? console, options.catalogTable),
    background: behind,
    telemetry,
    clock: systemClock,
    settings,
    ...controlled(options, client, behind, settings, telemetry),
  });
  return {
    ...reader,
    close: () =>
      reader.close().finally(() => {
        telemetry.flush();
        if (options.client === undefined) {
          client.destroy();
        }
      }),
  };
}

/** What an image shows. */
export type ImageKind = 'poster' | 'backdrop' | 'profile' | 'logo' | 'still';

const imageKinds: readonly ImageKind[] = ['poster', 'backdrop', 'profile', 'logo', 'still'];

/**
 * The address of an image; `null` where there is none (`path` is `null`).
 * @param images - of the answer that has the path.
 * @param size - pixels that it must be wide, of which the nearest size that is wide enough is taken (`original`, if none is); or one of the
 *   sizes, such as `w342`.
 * @throws UsageError for a kind or a size that there is not, and for what is no path or no `images`.
 */
export function imageUrl(images: Images, kind: ImageKind, path: string | null, size: number | string): string | null {
  if (!imageKinds.includes(kind)) {
    throw new UsageError(`imageUrl: unknown kind '${shown(kind)}': allowed are ${imageKinds.join(', ')}`);
  }
  if (!Array.isArray(images?.[`${kind}Sizes`]) || (path !== null && typeof path !== 'string')) {
    throw new UsageError('imageUrl: allowed are the images of an answer, and a path of it or null');
  }
  const sizes = [...new Set([...images[`${kind}Sizes`], originalSize])];
  const chosen = typeof size === 'number' && size > 0 ? wideEnough(sizes, size) : sizes.find((one) => one === size);
  if (chosen === undefined) {
    throw new UsageError(
      `imageUrl: '${shown(size)}' is no size of a ${kind}: allowed are ${sizes.join(', ')}, or pixels above 0`,
    );
  }
  return path === null ? null : `${images.baseUrl}${chosen}/${encodeURI(path.toWellFormed().replace(/^\/+/, ''))}`;
}

/** As wide as it was uploaded; every kind has it. */
const originalSize = 'original';

function wideEnough(sizes: readonly string[], widthPixels: number): string {
  const widths = sizes.flatMap((size) => /^w(\d+)$/.exec(size)?.[1] ?? []).map(Number);
  const enough = widths.filter((width) => width >= widthPixels);
  return enough.length === 0 ? originalSize : `w${Math.min(...enough)}`;
}

/** Logs why the table cannot be read. A logger that throws does not fail the read. */
function logUnreadableTo(logger: NonNullable<OpenReaderOptions['logger']>, catalogTable: string) {
  return (failure: AwsFailure): void => {
    const why = `${failureSentence(failure)}; code ${failure.code}`;
    try {
      logger.warn(
        `tmdb-pipeline: the reader cannot read the table '${catalogTable}': ${why}. Until it can, it answers with what it still has.`,
      );
    } catch {
      // There is no other place to report it.
    }
  };
}

/** The most damaged rows that are logged. */
const mostDamagedLogged = 100;

/** Logs each damaged row once. A logger that throws does not fail the read. */
function logDamagedTo(logger: NonNullable<OpenReaderOptions['logger']>, catalogTable: string): OnDamaged {
  const logged = new Set<string>();
  return (key, why) => {
    const row = `${shown(key.mediaId)} ${shown(key.mediaType)}`;
    if (logged.has(row) || logged.size >= mostDamagedLogged) {
      return;
    }
    logged.add(row);
    try {
      logger.warn(
        `tmdb-pipeline: the row '${row}' of the table '${catalogTable}' is damaged and left out (${why}): the next fetch replaces it.`,
      );
    } catch {
      // There is no other place to report it.
    }
  };
}

/** The parts of a reader that need the control table. */
function controlled(
  options: OpenReaderOptions,
  client: DynamoDBDocumentClient,
  behind: Background,
  settings: Settings,
  telemetry: Telemetry,
) {
  const { controlTable, fetchQueueUrl, itemQueueUrl, tmdb } = options;
  if (controlTable === undefined) {
    return {};
  }
  const breakerStore = dynamoBreakerStore(client, controlTable);
  const queue = (url: string) => sqsMessageSender(sqsClient(options.sqs), url, systemClock, systemRandom);
  return {
    usage: options.countReads === false ? undefined : dynamoUsageStore(client, controlTable),
    live:
      tmdb === undefined || settings.reader.live.rateShare === 0
        ? undefined
        : liveOn(tmdb, client, controlTable, settings, telemetry, behind),
    pipeline:
      fetchQueueUrl === undefined || itemQueueUrl === undefined
        ? undefined
        : pipelineRequests({
            leases: dynamoRefreshLeases(client, controlTable),
            jobs: queue(fetchQueueUrl),
            items: queue(itemQueueUrl),
            background: behind,
            telemetry,
            clock: systemClock,
            settings,
          }),
    breakerState: (): Promise<ReaderHealth['breaker']> =>
      breakerStore.read().then(
        (record) => record?.state ?? 'closed',
        () => 'unknown',
      ),
  };
}

function liveOn(
  tmdb: NonNullable<OpenReaderOptions['tmdb']>,
  client: DynamoDBDocumentClient,
  controlTable: string,
  settings: Settings,
  telemetry: Telemetry,
  behind: Background,
): LiveCalls {
  const { timeoutMs } = settings.reader.live;
  const readItem = controlItems(client, controlTable);
  const { watch, redact } = tokenRedactor();
  const redacted = redactedTelemetry(telemetry, redact);
  const calls = liveCalls({
    tmdb: tmdbHttp({ ...tmdb, token: watch(tmdb.token) }, { ...settings.tmdb, requestTimeoutMs: timeoutMs }),
    schedule: dynamoRateSchedule(client, controlTable, rateLimitsOf(settings), systemClock, { readItem }),
    share: dynamoRateSchedule(client, controlTable, readerRateLimitsOf(settings), systemClock, {
      id: readerScheduleId,
    }),
    breaker: sharedBreaker(
      redactedBreakerStore(dynamoBreakerStore(client, controlTable, readItem), redact),
      settings.breaker,
      systemClock,
      (record) => redacted.event({ event: 'breaker-changed', ...record }),
    ),
    unknownIds: dynamoUnknownIds(client, controlTable, readItem),
    telemetry: redacted,
    background: behind,
    clock: systemClock,
    settings,
  });
  return redactedLiveCalls(calls, redact);
}
