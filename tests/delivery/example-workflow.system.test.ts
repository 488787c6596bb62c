import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { settingsFromFile } from '../../src/shared/settings/settings-file.ts';
import { bareEnvironment, runCli, startCli } from '../support/cli-process.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';
import { type Command, commandsOf, workflow, workflowText } from './example-workflow.ts';

const scratch = scratchFolder();
const commands = commandsOf(workflow);
const scripts = (JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { scripts: object }).scripts;
const testSettings = workflow.jobs['test-stack'].env?.SETTINGS ?? '';
const productionSettings = workflow.jobs.production.env?.SETTINGS ?? '';
/** Nothing of an account: no credentials, and none are looked for. */
const withoutAccount = {
  ...bareEnvironment(),
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: join(scratch, 'none'),
  AWS_SHARED_CREDENTIALS_FILE: join(scratch, 'none'),
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CI: 'true',
};

const ofJob = (name: string) => commands.filter(({ job }) => job === name);
const isPipeline = ({ words }: Command) => words.slice(0, 5).join(' ') === 'npm run -s pipeline --';
const isCdk = ({ words }: Command) => words[0] === 'npx' && words[1] === 'cdk';
const optionsOf = (words: readonly string[]) => words.filter((word) => /^--?[a-z]/.test(word));

type Known = { script: string } | { program: 'cdk' | 'pipeline'; verb: string[]; options: string[] };

/** What a command runs: a script of package.json, or a command of ours or of CDK with its options. */
function knownCommand(command: Command): Known {
  const words = command.words.filter((word) => word !== '-s');
  if (isCdk(command)) {
    return { program: 'cdk', verb: words.slice(2, 3), options: optionsOf(words) };
  }
  if (isPipeline(command)) {
    const verb = words.slice(4, ['dlq', 'read'].includes(words[4] ?? '') ? 6 : 5);
    return { program: 'pipeline', verb, options: optionsOf(words) };
  }
  return { script: String(words[0] === 'npm' && (words[1] === 'run' ? words[2] : words[1])) };
}

/** Runs a program in the repository to its end. */
async function run(program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: repositoryRoot, env: withoutAccount });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

describe('the example workflow', () => {
  it('runs actions and permissions that are pinned and few, and keeps production behind the test stack', () => {
    const uses = [...workflowText.matchAll(/uses: (.*)/g)].map(([, action = '']) => action);
    expect(uses.length).toBeGreaterThan(5);
    for (const action of uses) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
    expect(workflowText).not.toMatch(/https?:|\b[\w.-]+@[\w-]+\.\w+/);
    const { jobs, permissions, concurrency } = workflow;
    expect([permissions, jobs.check.permissions]).toEqual([{ contents: 'read' }, undefined]);
    expect(concurrency['cancel-in-progress']).toBe(false);
    expect([jobs['test-stack'].needs, jobs.production.needs]).toEqual(['check', 'test-stack']);
    expect(jobs.production.environment).toBe('production');
    expect(jobs['test-stack'].steps.at(-1)).toMatchObject({
      if: 'always()',
      run: expect.stringContaining('cdk destroy'),
    });
  });

  it('deploys two stacks that share no name', () => {
    const [test, production] = [testSettings, productionSettings].map((file) =>
      settingsFromFile(join(repositoryRoot, file)),
    );
    expect(test?.deployment.stackName).not.toBe(production?.deployment.stackName);
  });

  it('shows each change before it is deployed, and never asks', () => {
    for (const job of ['test-stack', 'production']) {
      const cdk = ofJob(job).filter(isCdk);
      const verbs = cdk.map(({ words }) => words[2]);
      expect(verbs.indexOf('diff')).toBeGreaterThan(-1);
      expect(verbs.indexOf('diff')).toBeLessThan(verbs.indexOf('deploy'));
      expect(cdk.find(({ words }) => words[2] === 'deploy')?.words.join(' ')).toContain('--require-approval never');
    }
  });
});

describe('docs/delivery.md', () => {
  it('has no command of CDK that the workflow does not run, on whichever stack', () => {
    const page = readFileSync(join(repositoryRoot, 'docs/delivery.md'), 'utf8');
    const shown = [...page.matchAll(/```sh\n([^`]*)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));
    const anyStack = (line: string) => line.replace(/settings=\S+/, 'settings=FILE');
    const run = new Set(commands.map(({ words }) => anyStack(words.join(' '))));
    const cdk = shown.filter((line) => line.startsWith('npx cdk'));
    expect(cdk.length).toBeGreaterThan(2);
    expect(cdk.map(anyStack).filter((line) => !run.has(line))).toEqual([]);
  });
});

describe('each command of the example workflow', () => {
  const pages = new Map<string, Promise<string>>();

  /** What `--help` prints of a command, each asked once. */
  const helpOf = (program: 'cdk' | 'pipeline', verb: readonly string[]): Promise<string> => {
    const key = [program, ...verb].join(' ');
    const page = pages.get(key) ?? askHelp(program, verb);
    pages.set(key, page);
    return page;
  };
  const askHelp = async (program: 'cdk' | 'pipeline', verb: readonly string[]): Promise<string> => {
    const args = [...verb, '--help'];
    const { code, output } =
      program === 'cdk'
        ? await run('npx', ['cdk', ...args])
        : await runCli(args).then((result) => ({ code: result.code, output: result.stdout }));
    expect([args, code]).toEqual([args, 0]);
    return output;
  };
  const hasOption = (page: string, option: string) => new RegExp(`(^|[ ,])${option}[ ,]`, 'm').test(page);

  it.each(commands.map((command) => [command.words.join(' '), command] as const))('%s', async (_text, command) => {
    const known = knownCommand(command);
    if ('script' in known) {
      expect(['ci', ...Object.keys(scripts)]).toContain(known.script);
      return;
    }
    const page = await helpOf(known.program, known.verb);
    expect(known.options.filter((option) => !hasOption(page, option))).toEqual([]);
  });
});

describe('what the example workflow does without an account', () => {
  const earlier = join(scratch, 'earlier.json');
  const synthesized = new Map<string, { assembly: string; stackName: string }>();

  beforeAll(async () => {
    for (const { words } of ofJob('check').filter(({ words }) => words[3] === 'synth')) {
      const settings = words.at(-1)?.replace('settings=', '') ?? '';
      const { stackName } = settingsFromFile(join(repositoryRoot, settings)).deployment;
      const { code, output } = await run(words[0] ?? '', [...words.slice(1), '--output', join(scratch, stackName)]);
      expect([code, code === 0 ? '' : output]).toEqual([0, '']);
      synthesized.set(settings, { assembly: join(scratch, stackName), stackName });
    }
  });

  it('checks the settings, and what they cost', async () => {
    const looks = ofJob('check').filter(({ step }) => step === 'Settings and their cost');
    expect(looks.length).toBeGreaterThan(1);
    for (const { words } of looks) {
      const { code, output } = await run(words[0] ?? '', words.slice(1));
      expect([words.join(' '), code, code === 0 ? '' : output]).toEqual([words.join(' '), 0, '']);
    }
  });

  it.each([
    ['nothing', (text: string) => text, 0],
    ['a function’s memory', (text: string) => text.replaceAll('"MemorySize": 256', '"MemorySize": 128'), 0],
    ['the name of a table', (text: string) => text.replaceAll('MovieRecCache', 'AnotherName'), 1],
  ])(
    'lets production through the diff only if nothing would be replaced: changed was %s',
    async (_what, change, expected) => {
      const { assembly = '', stackName } = synthesized.get(productionSettings) ?? {};
      const template = readFileSync(join(assembly, `${stackName}.template.json`), 'utf8');
      writeFileSync(earlier, change(template));
      const [diff] = ofJob('production').filter(({ words }) => words[2] === 'diff');
      // Against a file in place of the deployed stack, and what was synthesized above in place of synthesizing it again.
      const args = [...(diff?.words ?? []).slice(1), '--template', earlier, '--app', assembly];
      const { code, output } = await run('npx', args);
      expect([code, code === expected ? '' : output]).toEqual([expected, '']);
      expect(output).toContain(change(template) === template ? 'There were no differences' : '[~]');
    },
  );

  /** The arguments of one of our commands, on the stack of this machine, from any folder. */
  const local = ({ words }: Command) =>
    words.slice(5).map((word) => (word === 'aws' ? 'local' : word.replace(/^docs\//, `${repositoryRoot}/docs/`)));
  const passes = async (command: Command) => {
    const { code, stderr } = await runCli(local(command), { cwd: scratch });
    expect([command.words.join(' '), code, code === 0 ? '' : stderr]).toEqual([command.words.join(' '), 0, '']);
  };

  it('runs from plan to table', async () => {
    const whole = ofJob('check').filter((command) => isPipeline(command) && command.words[5] === 'run');
    expect(whole).toHaveLength(1);
    await Promise.all(whole.map(passes));
  });

  it('passes both smoke tests on a stack of this machine', async () => {
    const stack = startCli(['local', '--no-catch-up'], { cwd: scratch });
    await stack.line('stdout', 'ready');
    const smoke = commands.filter(({ step }) => step === 'Smoke test');
    expect(new Set(smoke.map(({ job }) => job))).toEqual(new Set(['test-stack', 'production']));
    for (const command of smoke) {
      await passes(command);
    }
    stack.signal('SIGINT');
    expect((await stack.ended).code).toBe(0);
  });
});
