import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  plannerEnvironmentSchema,
  readerEnvironmentSchema,
  workerEnvironmentSchema,
  writerEnvironmentSchema,
} from '../../src/shared/settings/function-environments.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { assetOf, functionNames } from '../support/deployed-functions.ts';
import { type PipelineTemplate, pipelineTemplate, type Resource } from '../support/pipeline-template.ts';
import { scratchFolder, testFolder } from '../support/scratch-folder.ts';

const fn = 'AWS::Lambda::Function';
const folder = scratchFolder();
let template: PipelineTemplate;

beforeAll(async () => {
  template = await pipelineTemplate(folder);
});

/** Statements of the policies of one function's role. */
function statementsOf(name: string): { Action: string | string[]; Resource: unknown; Effect: string }[] {
  return template.one('AWS::IAM::Policy', `${name}Role`).Properties.PolicyDocument.Statement;
}

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

describe('the functions', () => {
  const schemas = {
    Planner: plannerEnvironmentSchema,
    Worker: workerEnvironmentSchema,
    Writer: writerEnvironmentSchema,
    Reader: readerEnvironmentSchema,
  } as const;

  it.each(Object.entries(schemas))(
    '%s has exactly the variables that its handler’s schema asks for',
    (name, schema) => {
      const variables = template.one(fn, name).Properties.Environment.Variables as Record<string, unknown>;
      // References become names and URLs when the stack is deployed.
      const deployed = Object.fromEntries(
        Object.entries(variables).map(([key, value]) => [
          key,
          typeof value === 'string' ? value : 'https://sqs.test/q',
        ]),
      );
      expect(schema.safeParse(deployed).success).toBe(true);
      expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining(Object.keys(variables)));
      for (const missing of Object.keys(variables)) {
        const { [missing]: _, ...rest } = deployed;
        expect(schema.safeParse(rest).success, missing).toBe(false);
      }
    },
  );

  it.each(Object.keys(schemas))('%s runs on Node 24 and arm64 with a log group of the STANDARD class', (name) => {
    const { Properties } = template.one(fn, name);
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
    const group = template.resources[Properties.LoggingConfig.LogGroup.Ref] as Resource;
    expect(group.Properties).toMatchObject({
      LogGroupClass: 'STANDARD',
      RetentionInDays: defaultSettings.deployment.logRetentionDays,
    });
  });

  it('may call themselves in a loop where jobs are sent back, and nowhere else', () => {
    const loops = template.ofType(fn).filter(([, { Properties }]) => Properties.RecursiveLoop === 'Allow');
    expect(loops.map(([id]) => id)).toEqual([expect.stringMatching(/^Worker/)]);
  });

  it('are given the token by name only', () => {
    expect(template.text).not.toMatch(/TMDB_API_TOKEN|SecretsManager|resolve:ssm/);
    for (const name of ['Planner', 'Worker', 'Reader']) {
      const { TMDB_TOKEN_PARAMETER } = template.one(fn, name).Properties.Environment.Variables;
      expect(TMDB_TOKEN_PARAMETER).toBe(defaultSettings.deployment.tokenParameter);
      expect(JSON.stringify(statementsOf(name))).toContain(`:parameter${TMDB_TOKEN_PARAMETER}`);
    }
    expect(JSON.stringify(statementsOf('Writer'))).not.toContain('ssm:');
  });

  it('may read it in the planner only where that reads lists of changes', async () => {
    const without = await pipelineTemplate(testFolder(), { details: { enabled: false } });
    const policy = JSON.stringify(without.one('AWS::IAM::Policy', 'Planner').Properties.PolicyDocument);
    expect(policy).not.toContain('ssm:');
    expect(policy).not.toContain('dynamodb:GetItem');
  });

  it('have their settings beside the bundle, and no e-mail address', async () => {
    const overrides = { deployment: { alarmEmail: 'ops@example.com' }, tmdb: { requestsPerSecond: 12 } };
    const outdir = testFolder();
    const other = await pipelineTemplate(outdir, overrides);
    for (const name of functionNames) {
      const file = fileURLToPath(new URL('settings.json', assetOf(name, other, outdir)));
      const given = readFileSync(file, 'utf8');
      expect(JSON.parse(given)).toEqual(settingsFrom('{"tmdb":{"requestsPerSecond":12}}'));
      expect(given).not.toContain('ops@example.com');
    }
    expect(other.one('AWS::SNS::Subscription', '').Properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });

  it('are another asset with other settings, and the same with another e-mail address', async () => {
    const keys = (of: PipelineTemplate) => functionNames.map((name) => of.one(fn, name).Properties.Code.S3Key);
    const slower = await pipelineTemplate(testFolder(), { tmdb: { requestsPerSecond: 12 } });
    const told = await pipelineTemplate(testFolder(), { deployment: { alarmEmail: 'ops@example.com' } });
    const kept = new Set(keys(template));
    expect(keys(slower).filter((key) => kept.has(key))).toEqual([]);
    expect(keys(told)).toEqual(keys(template));
  });
});

describe('roles', () => {
  it('name every action and every resource', () => {
    for (const [, { Properties }] of template.ofType('AWS::IAM::Policy')) {
      for (const { Action, Resource: resource, Effect } of Properties.PolicyDocument.Statement) {
        expect(Effect).toBe('Allow');
        expect(list(Action).filter((action: string) => action.includes('*'))).toEqual([]);
        expect(JSON.stringify(resource)).not.toContain('*');
      }
    }
    for (const [, { Properties }] of template.ofType('AWS::IAM::Role')) {
      expect(Properties.ManagedPolicyArns).toBeUndefined();
    }
  });

  it.each([
    ['Planner', ['dynamodb', 'logs', 'sqs', 'ssm']],
    ['Worker', ['dynamodb', 'logs', 'sqs', 'ssm']],
    ['Writer', ['dynamodb', 'logs', 'sqs']],
    ['Reader', ['dynamodb', 'logs', 'sqs', 'ssm']],
  ])('of the %s reach the services it needs', (name, services) => {
    const reached = new Set(statementsOf(name).flatMap(({ Action }) => list(Action).map((one) => one.split(':')[0])));
    expect([...reached].sort()).toEqual(services);
  });

  it('let nobody but the writer write a title', () => {
    const { id } = template.one('AWS::DynamoDB::Table', 'TablesCatalog');
    const onCatalog = (name: string) =>
      statementsOf(name)
        .filter(({ Resource: resource }) => JSON.stringify(resource).includes(id))
        .flatMap(({ Action }) => list(Action))
        .sort();
    expect(onCatalog('Planner')).toEqual(['dynamodb:BatchGetItem', 'dynamodb:Query']);
    expect(onCatalog('Worker')).toEqual([]);
    expect(onCatalog('Reader')).toEqual(['dynamodb:BatchGetItem', 'dynamodb:Query']);
    expect(onCatalog('Writer')).toEqual(['dynamodb:BatchGetItem', 'dynamodb:PutItem']);
  });
});

describe('the URL of the reader', () => {
  const url = 'AWS::Lambda::Url';

  it('asks IAM who is calling, and belongs to the reader', () => {
    const { Properties } = template.one(url, 'Reader');
    expect(Properties.AuthType).toBe('AWS_IAM');
    expect(JSON.stringify(Properties.TargetFunctionArn)).toContain(template.one(fn, 'Reader').id);
    expect(template.outputs.ReaderUrl).toBeDefined();
  });

  it('is for everybody, or is not there, where the settings say so', async () => {
    const open = await pipelineTemplate(testFolder(), {
      deployment: { reader: { url: 'public', reservedConcurrency: 5 } },
    });
    expect(open.one(url, 'Reader').Properties.AuthType).toBe('NONE');
    const none = await pipelineTemplate(testFolder(), { deployment: { reader: { url: 'none' } } });
    expect(none.ofType(url)).toEqual([]);
    expect(none.outputs).not.toHaveProperty('ReaderUrl');
  });
});
