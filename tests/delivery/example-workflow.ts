import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../support/shared-data.ts';

/** A step as GitHub Actions reads it. */
type Step = { name?: string; uses?: string; run?: string; if?: string; with?: Record<string, unknown> };
type Job = {
  needs?: string;
  environment?: string;
  'timeout-minutes'?: number;
  permissions?: Record<string, string>;
  env?: Record<string, string>;
  steps: Step[];
};
/** The parts of a workflow that are looked at. */
export type Workflow = {
  permissions: Record<string, string>;
  concurrency: { 'cancel-in-progress': boolean };
  jobs: Record<'check' | 'test-stack' | 'production', Job>;
};

/** The example's text, and the same parsed. */
export const workflowText = readFileSync(join(repositoryRoot, 'docs/examples/deliver.yml'), 'utf8');
export const workflow = parse(workflowText) as Workflow;

/** A command of a step, its variables filled in. */
export type Command = { job: string; step: string; words: string[] };

/** All commands in the order in which they run, with the job's SETTINGS. */
export function commandsOf({ jobs }: Workflow): Command[] {
  return Object.entries(jobs).flatMap(([job, { steps, env = {} }]) =>
    steps.flatMap(({ name = '', run = '' }) =>
      run
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => ({
          job,
          step: name,
          words: line
            .replaceAll('$SETTINGS', env.SETTINGS ?? '')
            .trim()
            .split(/ +/),
        })),
    ),
  );
}
