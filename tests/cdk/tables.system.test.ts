import { beforeAll, describe, expect, it } from 'vitest';
import { catalogTable, controlTable } from '../../src/shared/tables/table-definitions.ts';
import { type PipelineTemplate, pipelineTemplate } from '../support/pipeline-template.ts';
import { scratchFolder, testFolder } from '../support/scratch-folder.ts';

const fn = 'AWS::Lambda::Function';
const folder = scratchFolder();
let template: PipelineTemplate;

beforeAll(async () => {
  template = await pipelineTemplate(folder);
});

describe('the tables', () => {
  const tableType = 'AWS::DynamoDB::Table';

  it.each([
    ['TablesCatalog', catalogTable],
    ['TablesControl', controlTable],
  ])('%s has the keys, index and time to live of the one definition', (prefix, definition) => {
    const { Properties } = template.one(tableType, prefix);
    const keyed = (keys: readonly { attribute: string; type: string }[]) =>
      keys.map(({ attribute, type }) => ({ AttributeName: attribute, KeyType: type }));
    expect(Properties.KeySchema).toEqual(keyed(definition.keys));
    expect(Properties.TimeToLiveSpecification).toEqual({ AttributeName: definition.ttlAttribute, Enabled: true });
    expect(Properties.GlobalSecondaryIndexes ?? []).toMatchObject(
      definition.indexes.map(({ name, keys, projection }) => ({
        IndexName: name,
        KeySchema: keyed(keys),
        Projection: { ProjectionType: projection },
      })),
    );
    // DynamoDB's own key, which is free; `true` would be a key of KMS.
    expect(Properties.SSESpecification).toEqual({ SSEEnabled: false });
  });

  it('are on demand, or provision no more than what is free', async () => {
    const onDemand = template.one(tableType, 'TablesCatalog').Properties;
    expect(onDemand.BillingMode).toBe('PAY_PER_REQUEST');
    expect(JSON.stringify(onDemand)).not.toContain('ProvisionedThroughput');
    const other = await pipelineTemplate(testFolder(), { capacity: { mode: 'provisioned' } });
    const { Properties } = other.one(tableType, 'TablesCatalog');
    const throughputs = [Properties, ...Properties.GlobalSecondaryIndexes].map((part) => part.ProvisionedThroughput);
    for (const kind of ['ReadCapacityUnits', 'WriteCapacityUnits']) {
      expect(throughputs.reduce((sum, throughput) => sum + throughput[kind], 0)).toBeLessThanOrEqual(25);
    }
    expect(other.one(tableType, 'TablesControl').Properties.BillingMode).toBe('PAY_PER_REQUEST');
  });

  it('can be restored and retained where that is wanted', async () => {
    const kept = { deployment: { catalogTable: { pointInTimeRecovery: true, removalPolicy: 'retain' } } };
    const other = await pipelineTemplate(testFolder(), kept);
    const table = other.one(tableType, 'TablesCatalog');
    expect(table.DeletionPolicy).toBe('Retain');
    expect(table.Properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
    expect(template.one(tableType, 'TablesCatalog').DeletionPolicy).toBe('Delete');
  });

  it('can be an existing one, used by its name', async () => {
    const existing = { deployment: { catalogTable: { name: 'OldCache', existing: true } } };
    const other = await pipelineTemplate(testFolder(), existing);
    expect(other.ofType(tableType).map(([id]) => id)).toEqual([expect.stringMatching(/^TablesControl/)]);
    expect(other.one(fn, 'Writer').Properties.Environment.Variables.CATALOG_TABLE).toBe('OldCache');
    expect(other.one('AWS::IAM::Policy', 'WriterRole').Properties.PolicyDocument.Statement[0].Resource).toMatchObject({
      'Fn::Join': ['', expect.arrayContaining([':table/OldCache'])],
    });
  });
});
