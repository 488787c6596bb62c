import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pipelineTemplate } from '../support/pipeline-template.ts';
import { testFolder } from '../support/scratch-folder.ts';

type Finding = {
  Rule: { Id: string };
  Message: string;
  Location: { Path: (string | number)[] | null };
};

/** Findings that are none, each with its reason. `path` is that of the finding in the template. */
const allowed: readonly { rule: string; path: RegExp; reason: string }[] = [
  {
    rule: 'W3005',
    path: /^Resources\/\w+\/DependsOn\/\d+$/,
    reason: 'CDK names the role of a function in DependsOn beside its GetAtt: said twice, which harms nothing',
  },
  {
    rule: 'E3002',
    path: /^Resources\/WatchDashboard\w+\/Properties\/Tags$/,
    reason: "dashboards have tags since 2026: CDK's schema of the resource has them, and that of cfn-lint 1.51 has not",
  },
];

const variants: readonly (readonly [what: string, overrides: object])[] = [
  ['the defaults', {}],
  [
    'alarms by e-mail, a table that stays and can be restored',
    {
      deployment: {
        alarmEmail: 'you@example.com',
        runbookUrl: 'https://example.com/operations.md',
        catalogTable: { removalPolicy: 'retain', pointInTimeRecovery: true },
        reader: { url: 'none' },
      },
    },
  ],
  [
    'provisioned, on an existing table',
    { capacity: { mode: 'provisioned' }, deployment: { catalogTable: { name: 'MyTable', existing: true } } },
  ],
  [
    'CloudFront before a reader of bounded concurrency, tracing, roll-back',
    {
      deployment: {
        stackName: 'Staging',
        reader: { url: 'public', cdn: true, reservedConcurrency: 10 },
        tracing: true,
        rollback: 'alarms',
      },
    },
  ],
];

const isHere = spawnSync('cfn-lint', ['--version'], { stdio: 'ignore' }).status === 0;
const why = isHere ? '' : ' is not linted: this machine has no cfn-lint (pip install cfn-lint)';

describe.skipIf(!isHere)(`the template${why}`, () => {
  it.each(variants)('of %s has no finding but those that are allowed', async (_what, overrides) => {
    const folder = testFolder();
    const file = join(folder, 'template.json');
    writeFileSync(file, (await pipelineTemplate(join(folder, 'out'), overrides)).text);
    const findings = await lint(file);
    const left = findings.filter(
      ({ Rule, Location }) =>
        !allowed.some(({ rule, path }) => rule === Rule.Id && path.test((Location.Path ?? []).join('/'))),
    );
    expect(left.map(({ Rule, Message, Location }) => [Rule.Id, Message, (Location.Path ?? []).join('/')])).toEqual([]);
    // What is allowed and does not occur any more would hide the next finding of its kind.
    expect(allowed.filter(({ rule }) => !findings.some(({ Rule }) => Rule.Id === rule))).toEqual([]);
  });

  it('would show a resource that is wrong', async () => {
    const file = join(testFolder(), 'template.json');
    const Topic = { Type: 'AWS::SNS::Topic', Properties: { TopicNme: 'misspelt' } };
    writeFileSync(file, JSON.stringify({ Resources: { Topic } }));
    expect((await lint(file)).map(({ Rule }) => Rule.Id)).toContain('E3002');
  });
});

/** Exit code 0 and 2 to 14 are findings or none; anything else is a failure of the program. */
function lint(file: string): Promise<Finding[]> {
  return new Promise((resolve, reject) => {
    execFile('cfn-lint', ['--format', 'json', '--', file], (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout) as Finding[]);
      } catch {
        reject(new Error(`cfn-lint ended with ${error?.code}: ${stderr}`));
      }
    });
  });
}
