import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  countriesSpeaking,
  knownCountries,
  knownTranslations,
  languageCodes,
} from '../../src/shared/core/places/known-places.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { runCli } from '../support/cli-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';

const page = readFileSync(join(repositoryRoot, 'docs/regions.md'), 'utf8');
const prefix = 'npm run -s pipeline -- ';
const settings = page.match(/```json\n([\s\S]*?)```/)?.[1] ?? '';
const examples = [...page.matchAll(/```sh\n([\s\S]*?)```\n+```text\n([\s\S]*?)```/g)].map(
  ([, commands = '', output = '']) => ({ commands: linesOf(commands), output: linesOf(output) }),
);
const cwd = scratchFolder();
writeFileSync(join(cwd, 'regions.json'), settings);

function linesOf(block: string): string[] {
  return block
    .trim()
    .split('\n')
    .filter((line) => line !== '…');
}

/** The next occurrence differs from day to day. */
function masked(line: string): string {
  return line.replace(/next at \S+:/, 'next at #:');
}

describe('the page about regions', () => {
  it('shows settings that are understood, here and in a line', () => {
    const inLine = [...page.matchAll(/`(\{ "region"[^`]*\})`/g)].map(([, text]) => `{"regions":[${text}]}`);
    expect(inLine).toHaveLength(3);
    for (const text of [settings, ...inLine]) {
      expect(() => settingsFrom(text)).not.toThrow();
    }
    expect(settingsFrom(settings).regions.map(({ region }) => region)).toEqual(['US', 'GB', 'DE', 'JP', 'IN']);
  });

  it('counts what TMDB knows', () => {
    expect(page).toContain(`(${knownCountries.size}: ISO 3166-1`);
    const tags = languageCodes.flatMap((code) => countriesSpeaking(code));
    expect(page).toContain(
      `TMDB's ${languageCodes.length} with the countries where they are spoken, ${tags.length} tags`,
    );
    expect(page).toContain(`TMDB is known to have translations for ${knownTranslations.size} of`);
  });

  it.each(examples.map(({ commands, output }) => [commands.join(' && '), commands, output] as const))(
    '%s',
    async (_name, commands, output) => {
      const printed: string[] = [];
      for (const command of commands) {
        expect(command.startsWith(prefix)).toBe(true);
        const { code, stdout, stderr } = await runCli(command.slice(prefix.length).split(' '), { cwd });
        expect(code).toBe(stderr === '' ? 0 : 2);
        printed.push(...`${stdout}${stderr}`.trim().split('\n'));
      }
      expect(printed.map(masked)).toEqual(expect.arrayContaining(output.map(masked)));
    },
  );

  it('has an example of all that it speaks of', () => {
    expect(examples.flatMap(({ commands }) => commands)).toHaveLength(6);
  });
});
