import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/shared/core/errors.ts';
import { parseFlags } from './parse-flags.ts';

describe('the flags of the campaign', () => {
  it('are a hundred rounds of seed 1 unless told otherwise', () => {
    expect(parseFlags([])).toEqual({ rounds: 100, seed: 1, json: false });
    expect(parseFlags(['--rounds', '7', '--seed=0', '--json'])).toEqual({ rounds: 7, seed: 0, json: true });
  });

  it.each([
    [['--rounds', '0'], "--rounds is '0': allowed are whole numbers from 1 to 10000"],
    [['--rounds', '1e3'], "--rounds is '1e3': allowed are whole numbers from 1 to 10000"],
    [['--rounds', ''], "--rounds is '': allowed are whole numbers from 1 to 10000"],
    [['--seed', '2.5'], "--seed is '2.5': allowed are whole numbers from 0 to 2147483648"],
    [['--turns', '5'], "Unknown option '--turns': allowed are --rounds N, --seed S and --json"],
    [['--seed'], "Option '--seed <value>' argument missing: allowed are --rounds N, --seed S and --json"],
    [
      ['--rounds', '-5'],
      /^Option '--rounds' argument is ambiguous[^\n]*: allowed are --rounds N, --seed S and --json$/,
    ],
    [['17'], /^Unexpected argument '17'[^\n]*: allowed are --rounds N, --seed S and --json$/],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(() => parseFlags(args)).toThrow(UsageError);
    expect(() => parseFlags(args)).toThrow(sentence);
  });
});
