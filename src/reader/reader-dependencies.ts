import type { AwsFailure } from '../shared/core/aws-failure.ts';
import type { Clock } from '../shared/core/clock.ts';
import type { Settings } from '../shared/settings/settings.ts';
import type { CatalogReader, OnDamaged } from '../shared/tables/catalog.ts';
import type { UsageStore } from '../shared/tables/usage-store.ts';
import type { Telemetry } from '../shared/telemetry/telemetry.ts';
import type { Background } from './background.ts';
import type { LiveCalls } from './live-calls.ts';
import type { PipelineRequests } from './pipeline-requests.ts';
import type { ReaderHealth } from './reader-api.ts';

/** What a reader works with; one set for a process. What is left out is not done: a reader of the table alone is one too. */
export type ReaderDependencies = {
  catalog: CatalogReader;
  /** Calls of TMDB for what neither tier has. */
  live?: LiveCalls | undefined;
  /** Refreshes, and what live calls have brought. */
  pipeline?: PipelineRequests | undefined;
  /** Where reads are counted. */
  usage?: UsageStore | undefined;
  /** The shared breaker's state, for `health`. */
  breakerState?: (() => Promise<ReaderHealth['breaker']>) | undefined;
  /** Told when the table cannot be read at all: once, and again after reads that worked. */
  onUnreadable?: ((failure: AwsFailure) => void) | undefined;
  /** Told of each row that cannot be read, as often as it is. */
  onDamaged?: OnDamaged | undefined;
  background: Background;
  telemetry: Telemetry;
  clock: Clock;
  settings: Settings;
};
