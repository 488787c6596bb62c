import { parseArgs } from 'node:util';
import { messageOf, UsageError } from '../../../src/shared/core/errors.ts';

/** What the campaign is asked for. */
export type CampaignFlags = { rounds: number; seed: number; json: boolean };

const mostRounds = 10_000;

/** Reads `--rounds N` (default 100), `--seed S` (default 1) and `--json`. @throws UsageError in one sentence. */
export function parseFlags(args: readonly string[]): CampaignFlags {
  const { rounds = '100', seed = '1', json = false } = readArguments(args);
  return {
    rounds: wholeNumber('--rounds', rounds, 1, mostRounds),
    seed: wholeNumber('--seed', seed, 0, 2 ** 31),
    json,
  };
}

function readArguments(args: readonly string[]) {
  try {
    const options = { rounds: { type: 'string' }, seed: { type: 'string' }, json: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    const [sentence = ''] = messageOf(cause).split(/\.\s/);
    throw new UsageError(`${sentence}: allowed are --rounds N, --seed S and --json`, { cause });
  }
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value < least || value > most) {
    throw new UsageError(`${flag} is '${text.slice(0, 40)}': allowed are whole numbers from ${least} to ${most}`);
  }
  return value;
}
