import type { ItemPage } from '../../src/shared/queues/item-page.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import type { Failure } from '../../src/shared/telemetry/describe-failure.ts';
import { type ApplyDependencies, applyItems, type Delivery } from '../../src/writer/apply-items.ts';
import type { History } from './arbitrary-history.ts';
import { type CallHook, noHook } from './call-hook.ts';
import { type MemoryCatalog, memoryCatalog } from './memory-catalog.ts';
import { type MemoryFeedHeads, memoryFeedHeads } from './memory-feed-heads.ts';
import { type RecordingTelemetry, recordingTelemetry } from './recording-telemetry.ts';
import { unpaced } from './unpaced.ts';

/** More than any script of faults is long. */
const mostRounds = 100;

/** Both tables in memory with everything else the writer needs. */
export type MemoryWriter = { store: MemoryCatalog; heads: MemoryFeedHeads; telemetry: RecordingTelemetry } & Pick<
  ApplyDependencies,
  'settings' | 'pace'
>;

/** A writer on two empty tables; `hook` stands around every call to either. */
export function memoryWriter(hook: CallHook = noHook): MemoryWriter {
  return {
    store: memoryCatalog(hook),
    heads: memoryFeedHeads(hook),
    telemetry: recordingTelemetry(),
    settings: defaultSettings,
    pace: unpaced,
  };
}

/** The same tables under another hook: what a process finds that starts after a crash. */
export type HookSwitch = { hook: CallHook; use(next: CallHook): void };

/** A hook that can be exchanged while the tables stay. */
export function hookSwitch(first: CallHook = noHook): HookSwitch {
  let current = first;
  return {
    hook: (call, act) => current(call, act),
    use: (next) => {
      current = next;
    },
  };
}

/** `pages` as deliveries with ids `m0`, `m1`, … */
export function deliveriesOf(pages: readonly ItemPage[]): Delivery[] {
  return pages.map((item, n) => ({ messageId: `m${n}`, item }));
}

/** All pages in one batch. */
export function applyAtOnce(pages: readonly ItemPage[], deps: ApplyDependencies): Promise<Map<string, Failure>> {
  return applyItems(deliveriesOf(pages), deps);
}

/**
 * The history as it is written down: its writers at the same time, each one its batches in turn. What a batch gives back is
 * delivered again until nothing is; a batch that throws comes again as a whole.
 */
export async function deliver({ pages, writers }: History, deps: ApplyDependencies): Promise<void> {
  await Promise.all(
    writers.map(async (batches, writer) => {
      for (const [n, batch] of batches.entries()) {
        const first = batch.map((index, k) => ({ messageId: `w${writer}b${n}m${k}`, item: pageAt(pages, index) }));
        await applyUntilDone(first, deps);
      }
    }),
  );
}

async function applyUntilDone(first: Delivery[], deps: ApplyDependencies): Promise<void> {
  let open = first;
  let lastError: unknown;
  for (let round = 1; open.length > 0; round += 1) {
    if (round > mostRounds) {
      throw new Error(`still failing after ${mostRounds} deliveries`, { cause: lastError });
    }
    try {
      const failures = await applyItems(open, deps);
      open = open.filter(({ messageId }) => failures.has(messageId));
    } catch (error) {
      lastError = error;
    }
  }
}

function pageAt(pages: readonly ItemPage[], index: number): ItemPage {
  const page = pages[index];
  if (page === undefined) {
    throw new RangeError(`no page ${index}`);
  }
  return page;
}
