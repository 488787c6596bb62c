import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { catalogTable, controlTable, type TableDefinition } from '../../src/shared/tables/table-definitions.ts';

/** A table by name and ARN, of this stack or imported. */
export type AnyTable = Pick<ITable, 'tableName' | 'tableArn'>;

/**
 * Both tables, created from the same definitions as in the embedded stack. They are encrypted with DynamoDB's own key, which is free. An
 * existing catalog table is used as it is, so it must already have the index (the command `migrate` adds it).
 */
export class PipelineTables extends Construct {
  readonly catalog: AnyTable;
  readonly control: AnyTable;

  constructor(scope: Construct, id: string, { capacity, deployment }: Settings) {
    super(scope, id);
    const { name, existing, pointInTimeRecovery, removalPolicy } = deployment.catalogTable;
    const provisioned = capacity.mode === 'provisioned';
    this.catalog = existing
      ? Table.fromTableAttributes(this, 'Catalog', {
          tableName: name,
          globalIndexes: catalogTable.indexes.map((index) => index.name),
        })
      : this.create('Catalog', catalogTable, {
          tableName: name,
          pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: pointInTimeRecovery },
          removalPolicy: removalPolicy === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
          table: provisioned ? capacity.catalog : undefined,
          index: provisioned ? capacity.index : undefined,
        });
    this.control = this.create('Control', controlTable, { removalPolicy: RemovalPolicy.DESTROY });
  }

  private create(id: string, definition: TableDefinition, options: TableOptions): Table {
    const { table: throughput, index: indexThroughput, ...props } = options;
    const table = new Table(this, id, {
      ...props,
      ...keys(definition.keys),
      timeToLiveAttribute: definition.ttlAttribute,
      encryption: TableEncryption.DEFAULT,
      billingMode: throughput === undefined ? BillingMode.PAY_PER_REQUEST : BillingMode.PROVISIONED,
      ...capacityProps(throughput),
    });
    for (const index of definition.indexes) {
      table.addGlobalSecondaryIndex({
        indexName: index.name,
        ...keys(index.keys),
        projectionType: ProjectionType[index.projection],
        ...capacityProps(indexThroughput),
      });
    }
    return table;
  }
}

type Throughput = { readUnits: number; writeUnits: number };

type TableOptions = {
  tableName?: string;
  pointInTimeRecoverySpecification?: { pointInTimeRecoveryEnabled: boolean };
  removalPolicy: RemovalPolicy;
  table?: Throughput | undefined;
  index?: Throughput | undefined;
};

function keys(attributes: TableDefinition['keys']) {
  const named = (type: 'HASH' | 'RANGE') => attributes.find((key) => key.type === type)?.attribute;
  const sortKey = named('RANGE');
  return {
    partitionKey: { name: named('HASH') ?? '', type: AttributeType.STRING },
    ...(sortKey !== undefined && { sortKey: { name: sortKey, type: AttributeType.STRING } }),
  };
}

function capacityProps(throughput: Throughput | undefined) {
  return throughput && { readCapacity: throughput.readUnits, writeCapacity: throughput.writeUnits };
}
