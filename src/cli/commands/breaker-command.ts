import type { Command } from 'commander';
import {
  changeBreaker,
  nextTrialAt,
  readThrottles,
  resetThrottles,
  type Throttle,
} from '../../operator/breaker-by-hand.ts';
import { userName } from '../../shared/core/env.ts';
import { UsageError } from '../../shared/core/errors.ts';
import type { BreakerRecord } from '../../shared/throttle/breaker-record.ts';
import type { CliContext } from '../cli-context.ts';
import { acting, examples, withPlace } from '../command-shape.ts';
import { rateText } from '../format-rate.ts';
import { type PlaceOptions, withTables } from '../stack-place.ts';

type BreakerOptions = PlaceOptions & { why?: string };

/** What `breaker` does. */
export const breakerActions = ['show', 'open', 'close', 'reset'] as const;

/** `breaker`. */
export function addBreakerCommand(program: Command): void {
  withPlace(program.command('breaker'))
    .argument('<action>', 'show, open, close or reset')
    .description('the shared breaker: what it says, or a change by hand; reset also forgets throttles')
    .addHelpText(
      'after',
      examples(
        'breaker show',
        "breaker open --why 'TMDB asked us to stop'",
        "breaker close --why 'a new token' --stack aws",
      ),
    )
    .option('--why <words>', 'why it is changed, for whoever looks at it next')
    .action(acting(breakerCommand));
}

/**
 * `breaker <show|open|close|reset>`: what the shared breaker and the throttles say, or a change of the breaker by hand, with who and why.
 * `reset` closes it and makes the throttles forget everything: pause, ceiling, noise, counts, and an end that a wrong clock has put far
 * ahead.
 */
async function breakerCommand(options: BreakerOptions, context: CliContext, actionText: string): Promise<void> {
  const action = breakerActions.find((known) => known === actionText);
  if (action === undefined) {
    throw new UsageError(`unknown action '${actionText.slice(0, 40)}': allowed are ${breakerActions.join(', ')}`);
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
        const throttles = await readThrottles(tables, settings, clock);
        output.result(
          { ...documentOf(record), throttles },
          [
            sentenceOf(record),
            ...throttles.map((throttle) => `the throttle of ${throttle.of}: ${rateText(throttle)}`),
          ].join('\n'),
        );
        return;
      }
      const state = action === 'open' ? 'open' : 'closed';
      const change = { state, who: userName(), why: options.why ?? '' } as const;
      const record = await changeBreaker(change, tables.breaker, settings, clock);
      const throttles = action === 'reset' ? await resetThrottles(tables, settings, clock) : undefined;
      output.result(
        { ...documentOf(record), ...(throttles && { throttles }) },
        [sentenceOf(record), ...(throttles ?? []).map(resetSentence)].join('\n'),
      );
    },
    action === 'show' ? 'look' : 'change',
  );
}

function resetSentence({ of, ...before }: Throttle): string {
  const now = `the throttle of ${of} is reset to ${before.configuredPerSecond} a second`;
  return `${now}, and has forgotten pause, ceiling, noise and counts; it was at ${rateText(before)}`;
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
