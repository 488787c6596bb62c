import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './shared-data.ts';

/** The text of a page, by its path in the repository. */
export function pageText(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}

/** The commands of a page's `sh` blocks, in order, word for word; one that goes on after a backslash is one command. */
export function blockCommands(page: string): string[] {
  return [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block
      .split(/(?<!\\)\n(?! )/)
      .map((command) => command.trim())
      .filter((command) => command !== ''),
  );
}

/** Commands of AWS, CDK and curl in the middle of a sentence, word for word; a line break there is a space. */
export function inlineCommands(page: string): string[] {
  const prose = page.replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/`((?:aws|npx cdk|cdk|curl) [^`]+)`/g)].map(([, command = '']) =>
    command.replaceAll('\n', ' '),
  );
}
