import { UsageError } from '../../../src/shared/core/errors.ts';
import { shown } from '../../../src/shared/core/shown-text.ts';

/** What a campaign is asked for. */
export type CampaignFlags = { seeds: number; firstSeed: number; json: boolean; mutations: boolean; trace: boolean };

const defaults: CampaignFlags = { seeds: 300, firstSeed: 1, json: false, mutations: false, trace: false };
const mostSeeds = 10_000_000;

/** `--seeds N --seed S --json --mutations --trace`. @throws UsageError in one sentence. */
export function parseFlags(args: readonly string[]): CampaignFlags {
  const flags = { ...defaults };
  let isCountGiven = false;
  for (let index = 0; index < args.length; index += 1) {
    const flag = args[index];
    switch (flag) {
      case '--json':
      case '--mutations':
      case '--trace':
        flags[flag.slice(2) as 'json' | 'mutations' | 'trace'] = true;
        break;
      case '--seeds':
        index += 1;
        flags.seeds = wholeNumber(flag, args[index]);
        isCountGiven = true;
        break;
      case '--seed':
        index += 1;
        flags.firstSeed = wholeNumber(flag, args[index]);
        // One seed is replayed unless more are asked for.
        flags.seeds = isCountGiven ? flags.seeds : 1;
        break;
      default:
        throw new UsageError(
          `unknown flag '${shown(flag)}': allowed are --seeds N, --seed S, --json, --mutations and --trace`,
        );
    }
  }
  return flags;
}

function wholeNumber(flag: string, text: string | undefined): number {
  const number = /^\d{1,8}$/.test(text ?? '') ? Number(text) : 0;
  if (number < 1 || number > mostSeeds) {
    throw new UsageError(`${flag} '${shown(text ?? '')}': allowed is a whole number from 1 to ${mostSeeds}`);
  }
  return number;
}
