/** Options of the commands that read lists and recommendations: named like the members of the library's requests, with hyphens. */
import type { Command } from 'commander';
import type * as z from 'zod';
import { filterWords } from '../reader/filters/filter-input.ts';
import { fromTexts } from '../reader/reader-input.ts';
import { UsageError } from '../shared/core/errors.ts';

/** Adds the filters, and what pages through the titles that pass. */
export function withFilters(command: Command): Command {
  for (const [name, { value, example, words }] of Object.entries(filterWords)) {
    const option = optionOf(name);
    if (value === undefined) {
      command.option(option, words);
    } else {
      const such = typeof example === 'string' ? '' : ` (such as ${example})`;
      command.option(`${option} <${value}>`, `${words}${such}`, once(option));
    }
  }
  return command.option('--offset <count>', 'number of titles that pass to leave out from the top', '0');
}

/** commander takes the last of several values, as if nobody had asked for the others. */
function once(option: string): (text: string, earlier: string | undefined) => string {
  return (text, earlier) => {
    if (earlier !== undefined) {
      throw new UsageError(`${option} is given twice: allowed is once, with commas between several`);
    }
    return text;
  };
}

/** The option of a member of a request: `--exclude-genres` of `excludeGenres`. */
function optionOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What is wrong with an option, in the words of the other options. */
export function optionTold([name]: readonly PropertyKey[], detail: string): string {
  return `${optionOf(String(name))}: ${detail}`.replace(/: ('.*?') is not allowed: /s, ' is $1: ');
}

/** The members of a request that options name, by a schema of which each member is checked later. Blanks beside commas make no difference. */
export function membersIn(schema: z.ZodObject, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = Object.keys(schema.shape).flatMap((name) =>
    options[name] === undefined ? [] : [[name, String(options[name]).replaceAll(/\s*,\s*/g, ',')]],
  );
  return fromTexts(schema, Object.fromEntries(given));
}
