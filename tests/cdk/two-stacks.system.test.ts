import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { adHocEventSchema } from '../../src/shared/queues/plan-request.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { type PipelineTemplate, pipelineTemplate } from '../support/pipeline-template.ts';
import { sampleAdHoc } from '../support/sample-requests.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder();

/** Every optional part of a stack is there, so that its names are compared too. */
const synthesized = (stackName?: string) =>
  pipelineTemplate(mkdtempSync(join(folder, 'out-')), {
    deployment: {
      ...(stackName !== undefined && { stackName }),
      alarmEmail: 'ops@example.com',
      reader: { url: 'public', cdn: true },
    },
  });

/** Types whose names are unique in an account, over all its regions. */
const accountWide =
  /^AWS::(IAM::(Role|ManagedPolicy|User|Group|InstanceProfile)|CloudWatch::Dashboard|S3::Bucket|CloudFront::\w+)$/;
/** Members that end in `Name` and name something inside a resource, not the resource. */
const innerNames = /^(Metric|Attribute|Index|Display|Dimension|Policy)Name$/;

/** A stack as it would stand in a region: what CloudFormation fills in is filled in. */
function standing({ resources, outputs }: PipelineTemplate, region: string) {
  const known: Record<string, string> = {
    'AWS::Region': region,
    'AWS::AccountId': '111122223333',
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const filled = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map(filled);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const { Ref, 'Fn::Join': joined } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
    if (Ref !== undefined) {
      return known[Ref] ?? `‹${Ref}›`;
    }
    if (joined !== undefined) {
      return joined[1].map((part) => filled(part)).join(joined[0]);
    }
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filled(member)]));
  };
  return { resources: filled(resources) as typeof resources, outputs: filled(outputs) as Record<string, unknown> };
}

type Standing = ReturnType<typeof standing>;

/** The texts of a template's properties, each with the type of its resource and the path of members that leads to it. */
function textsOf({ resources }: Standing) {
  const inside = (
    type: string,
    value: unknown,
    path: readonly string[],
  ): { type: string; path: string[]; text: string }[] => {
    if (typeof value === 'string') {
      return [{ type, path: [...path], text: value }];
    }
    const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return members.flatMap(([member, inner]) => inside(type, inner, [...path, member]));
  };
  return Object.values(resources).flatMap(({ Type, Properties }) => inside(Type, Properties, []));
}

type Text = ReturnType<typeof textsOf>[number];

const textsAt = (stack: Standing, isWanted: (member: string, path: readonly string[]) => boolean): Text[] =>
  textsOf(stack).filter(({ path }) => isWanted(path.at(-1) ?? '', path.slice(0, -1)));

/** The names that a stack gives, as `type member text`. References to its own resources are no names: they differ by themselves. */
const namesOf = (stack: Standing) =>
  textsAt(stack, (member, path) =>
    path.length === 0 ? /^Name$|Name$/.test(member) && !innerNames.test(member) : member === 'Namespace',
  ).filter(({ text }) => !text.startsWith('‹'));

const metricNamespaces = (stack: Standing) => [
  ...textsAt(stack, (member) => /^(Namespace|POWERTOOLS_METRICS_NAMESPACE)$/.test(member)).map(({ text }) => text),
  ...textsAt(stack, (member) => member === 'DashboardBody').flatMap(({ text }) =>
    [...text.matchAll(/\[\[?"([\w/-]+)","\w+","/g)].map(([, namespace]) => namespace ?? ''),
  ),
];

const own = (namespaces: readonly string[]) => namespaces.filter((name) => !name.startsWith('AWS/'));

let defaults: PipelineTemplate;
let staging: PipelineTemplate;

beforeAll(async () => {
  [defaults, staging] = [await synthesized(), await synthesized('Staging')];
}, 180_000);

describe('two stacks of one account and region', () => {
  const here = () => [standing(defaults, 'eu-west-1'), standing(staging, 'eu-west-1')] as const;

  it('give no name twice', () => {
    const [one, other] = here().map(namesOf);
    const named = new Set(one?.map(({ type }) => type));
    for (const type of ['AWS::SQS::Queue', 'AWS::DynamoDB::Table', 'AWS::CloudWatch::Dashboard']) {
      expect(named).toContain(type);
    }
    expect(named).toContain('AWS::Scheduler::ScheduleGroup');
    const taken = new Set(one?.map(({ type, text }) => `${type} ${text}`));
    const shared = other?.filter(({ type, text }) => taken.has(`${type} ${text}`));
    // A metric of AWS has AWS's namespace; its dimensions are the stack's own resources.
    expect(shared?.filter(({ text }) => !text.startsWith('AWS/'))).toEqual([]);
  });

  it('write and watch metrics of their own: functions, alarms and dashboard agree', () => {
    const [one, other] = here().map((stack) => new Set(own(metricNamespaces(stack))));
    expect([one, other]).toEqual([new Set(['TmdbPipeline']), new Set(['Staging'])]);
  });

  it('are started by their own events only', () => {
    const patterns = here().map((stack) =>
      textsAt(stack, (member, path) => path[0] === 'EventPattern' && member !== ''),
    );
    const sources = patterns.map((texts) => texts.map(({ text }) => text));
    expect(sources).toEqual([
      ['tmdb-pipeline', 'Fetch Requested'],
      ['tmdb-pipeline.Staging', 'Fetch Requested'],
    ]);
    for (const [source] of sources) {
      expect(adHocEventSchema.safeParse({ ...sampleAdHoc(), source }).success).toBe(true);
    }
    for (const { Properties } of Object.values(staging.resources).filter(({ Type }) => Type === 'AWS::Events::Rule')) {
      expect(Object.keys(Properties.EventPattern).sort()).toEqual(['detail-type', 'source']);
    }
  });

  it('read a token each, and may read no other', () => {
    const parameters = here().map((stack) => textsAt(stack, (member) => member === 'TMDB_TOKEN_PARAMETER'));
    const names = parameters.map((texts) => new Set(texts.map(({ text }) => text)));
    expect(names).toEqual([new Set(['/tmdb-pipeline/tmdb-token']), new Set(['/tmdb-pipeline/Staging/tmdb-token'])]);
    const allowed = here().map((stack) =>
      textsAt(stack, (member) => member === 'Resource').filter(({ text }) => text.includes(':ssm:')),
    );
    expect(allowed.map((texts) => new Set(texts.map(({ text }) => text.split(':parameter')[1])))).toEqual(names);
  });

  it('export nothing under the same name, and tell their own names in the outputs', () => {
    const [one, other] = here().map(({ outputs }) => outputs as Record<string, { Export?: { Name: string } }>);
    const exportsOf = (outputs: typeof one = {}) => Object.values(outputs).flatMap(({ Export }) => Export?.Name ?? []);
    const taken = new Set(exportsOf(one));
    expect(exportsOf(other).filter((name) => taken.has(name))).toEqual([]);
    const differing = ['CatalogTable', 'TokenParameter', 'DashboardName', 'FetchQueueUrl'];
    // The catalog table and the queues are references, whose names are compared above.
    for (const name of differing) {
      expect(one).toHaveProperty(name);
      expect(other).toHaveProperty(name);
    }
    expect(JSON.stringify(other)).not.toContain('TmdbPipeline');
  });

  it('do not mention each other anywhere', () => {
    expect(staging.text).not.toMatch(/TmdbPipeline(?!-)|"MovieRecCache"|"\/tmdb-pipeline\/tmdb-token"/);
    expect(defaults.text).not.toContain('Staging');
  });
});

describe('the page about two stacks', () => {
  it('shows settings that make such a stack, and its names', () => {
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const [, section = ''] = page.split('## Two stacks in one account');
    const { deployment } = settingsFrom(section.match(/```json\n([^`]*)```/)?.[1]);
    const { tokenParameter, catalogTable } = deployment;
    expect(deployment.stackName).toBe('Staging');
    const rows = [...section.matchAll(/^\| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, one = '', other = '']) => [
      one.trim(),
      other.trim(),
    ]);
    for (const row of [
      ['`MovieRecCache`', `\`${catalogTable.name}\``],
      ['`/tmdb-pipeline/tmdb-token`', `\`${tokenParameter}\``],
      ['`tmdb-pipeline`', '`tmdb-pipeline.Staging`'],
      ['`TmdbPipeline`', '`Staging`'],
    ]) {
      expect(rows).toContainEqual(row);
    }
  });
});

describe('one stack in two regions of an account', () => {
  it('gives no name twice where names belong to the account', () => {
    const [west, east] = ['eu-west-1', 'us-east-1'].map((region) =>
      namesOf(standing(defaults, region)).filter(({ type }) => accountWide.test(type)),
    );
    expect(west?.map(({ text }) => text)).toContain('TmdbPipeline-eu-west-1');
    const taken = new Set(west?.map(({ type, text }) => `${type} ${text}`));
    expect(east?.filter(({ type, text }) => taken.has(`${type} ${text}`))).toEqual([]);
  });
});
