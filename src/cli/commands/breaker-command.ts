import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { changeBreaker, nextTrialAt, resetThrottles, type ThrottleReset } from '../../operator/breaker-by-hand.ts';
import { UsageError } from '../../shared/core/errors.ts';
import type { BreakerRecord } from '../../shared/throttle/breaker-record.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, withPlace } from '../command-shape.ts';
import { rateText } from '../format-overviews.ts';
import { type PlaceOptions, withTables } from '../stack-place.ts';

type BreakerOptions = PlaceOptions & { why?: string };

const actions = ['show', 'open', 'close', 'reset'] as const;

/** `breaker`. */
export function addBreakerCommand(program: Command): void {
  withPlace(program.command('breaker'))
    .argument('<action>', 'show, open, close or reset')
    .description('the shared breaker: what it says, or a change by hand; reset also forgets throttles')
    .option('--why <words>', 'why it is changed, for whoever looks at it next')
    .action(acting(breakerCommand));
}

/**
 * `breaker <show|open|close|reset>`: what the shared breaker says, or a change of it by hand, with who and why. `reset` closes it and
 * resets the throttle: the pause, the lower rate, and an end that a wrong clock has put far ahead.
 */
async function breakerCommand(options: BreakerOptions, context: CliContext, actionText: string): Promise<void> {
  const action = actions.find((known) => known === actionText);
  if (action === undefined) {
    throw new UsageError(`unknown action '${actionText.slice(0, 40)}': allowed are ${actions.join(', ')}`);
  }
  if (action !== 'show' && !options.why) {
    throw new UsageError(`breaker ${action} needs --why, a few words for whoever looks at it next`);
  }
  const { clock, settings, output } = context;
  await withTables(
    options,
    context,
    async (tables) => {
      if (action === 'show') {
        const record = await tables.breaker.read();
        output.result(documentOf(record), sentenceOf(record));
        return;
      }
      const state = action === 'open' ? 'open' : 'closed';
      const change = { state, who: userInfo().username, why: options.why ?? '' } as const;
      const record = await changeBreaker(change, tables.breaker, settings, clock);
      const throttles = action === 'reset' ? await resetThrottles(tables, settings, clock) : undefined;
      output.result(
        { ...documentOf(record), ...(throttles && { throttles }) },
        [sentenceOf(record), ...(throttles ?? []).map(throttleSentence)].join('\n'),
      );
    },
    action === 'show' ? 'look' : 'change',
  );
}

function throttleSentence({ of, ...before }: ThrottleReset): string {
  return `the throttle of ${of} is reset to ${before.limitPerSecond} a second; it was at ${rateText(before)}`;
}

function documentOf(record: BreakerRecord | undefined) {
  if (record === undefined) {
    return { state: 'closed' };
  }
  const { state, reason, detail, since } = record;
  return { state, reason, detail, since, ...(state === 'open' && { retryAt: nextTrialAt(record) }) };
}

function sentenceOf(record: BreakerRecord | undefined): string {
  if (record === undefined) {
    return 'the breaker is closed, and was never open';
  }
  const until = record.state === 'open' ? `; next trial ${nextTrialAt(record) ?? 'when it is closed by hand'}` : '';
  return `the breaker is ${record.state} since ${record.since} (${record.reason}: ${record.detail})${until}`;
}
