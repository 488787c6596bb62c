import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blockCommands, inlineCommands, pageText } from '../support/page-commands.ts';
import { repositoryRoot } from '../support/shared-data.ts';

const docs = readdirSync(join(repositoryRoot, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const pages = ['README.md', 'CONTRIBUTING.md', 'cdk/README.md', ...docs];
/** A word that starts a command of AWS, CDK or curl, alone. */
const program = /(^|[\s;|&(`"'])(aws|cdk|curl) [a-z'-]/;

/** Commands are run by the rehearsal (of AWS and CDK) and by curl-pages.system.test.ts (of a stack on this machine). */
describe('the commands that a page shows', () => {
  it.each(pages)('%s has them where they are found and run', (path) => {
    const page = pageText(path);
    const languages = [...page.matchAll(/^```(\w+)/gm)].map(([, language]) => language);
    expect(languages.filter((language) => /^(bash|shell|console|zsh)$/.test(language ?? ''))).toEqual([]);
    const shown = [...blockCommands(page), ...inlineCommands(page)].filter((command) => program.test(command));
    const found = shown.filter((command) =>
      /^(aws|npx cdk|curl|npm run -s pipeline --|[A-Z_]+=\$\(aws) /.test(command),
    );
    expect(shown).toEqual(found);
  });

  it.each(['README.md', 'docs/deploy.md', 'CONTRIBUTING.md', 'cdk/README.md'])(
    '%s has none in a sentence, where it would not be run',
    (path) => {
      expect(inlineCommands(pageText(path))).toEqual([]);
    },
  );

  it('of what is not rehearsed as a page of its own are few', () => {
    for (const path of ['CONTRIBUTING.md', 'cdk/README.md']) {
      expect(blockCommands(pageText(path)).filter((command) => program.test(command))).toEqual([]);
    }
  });

  it('are read word for word', () => {
    const page = ['```sh', 'aws a \\', "  --b 'c d'", 'curl x', '', '# why', '```', 'or `aws e', 'f`, `cdk`.'].join(
      '\n',
    );
    expect(blockCommands(page)).toEqual(["aws a \\\n  --b 'c d'", 'curl x', '# why']);
    expect(inlineCommands(page)).toEqual(['aws e f']);
  });
});
