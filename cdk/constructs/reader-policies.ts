import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type FunctionUrlCorsOptions, HttpMethod, type IFunctionUrl } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { crossOrigin } from '../../src/shared/settings/function-environments.ts';
import { categoryIndex } from '../../src/shared/tables/table-definitions.ts';
import type { PipelineParts } from '../pipeline-parts.ts';
import { type Grant, statementsFor } from './pipeline-function.ts';

type Read = Pick<PipelineParts, 'tables' | 'fetch' | 'items'>;

/**
 * What a reader calls, by the options of `openReader`. Each part has only what the parts before it lack: `table` is enough for
 * `catalogTable` alone, with `control` for all four names, with `live` for `tmdb` too.
 */
export function readerGrants({ tables, fetch, items }: Read): Record<'table' | 'control' | 'live', Grant[]> {
  const control = tables.control.tableArn;
  return {
    table: [
      { on: `${tables.catalog.tableArn}/index/${categoryIndex}`, actions: ['dynamodb:Query'] },
      { on: tables.catalog.tableArn, actions: ['dynamodb:BatchGetItem'] },
    ],
    control: [
      // The breaker for `health`, refresh leases (put and deleted), usage counters (updated).
      {
        on: control,
        actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      },
      { on: fetch.queue.queueArn, actions: ['sqs:SendMessage'] },
    ],
    live: [
      // Breaker and rate schedule, read together before a call.
      { on: control, actions: ['dynamodb:BatchGetItem'] },
      { on: items.queue.queueArn, actions: ['sqs:SendMessage'] },
    ],
  };
}

/**
 * Policies for the roles of applications, each with an output that other stacks can import: `ReaderTablePolicyArn` for `openReader` with
 * the catalog table alone, `ReaderPolicyArn` for all four names, `ReaderLivePolicyArn` in addition where it calls TMDB, and
 * `ReaderUrlPolicyArn` for callers of the URL where that asks IAM.
 */
export class ReaderPolicies extends Construct {
  /** `url`: the reader's URL; undefined where there is none, or where it is open to everybody. */
  constructor(scope: Construct, id: string, parts: Read, url: IFunctionUrl | undefined) {
    super(scope, id);
    const { table, control, live } = readerGrants(parts);
    this.#offer('ReaderTable', 'Lists and titles from the catalog table', statementsFor(table));
    this.#offer('Reader', 'Lists and titles, counted and kept fresh', statementsFor([...table, ...control]));
    this.#offer('ReaderLive', 'In addition: TMDB for what is not in the cache', statementsFor(live));
    if (url !== undefined) {
      this.#offer('ReaderUrl', 'Calls of the reader over HTTP', urlStatements(url));
    }
  }

  #offer(name: string, what: string, statements: PolicyStatement[]): void {
    const policy = new ManagedPolicy(this, name, { description: `tmdb-pipeline: ${what}`, statements });
    const output = `${name}PolicyArn`;
    const stack = Stack.of(this);
    new CfnOutput(stack, output, { value: policy.managedPolicyArn, exportName: `${stack.stackName}-${output}` });
  }
}

/** Both actions are needed since October 2025; the function itself stays closed to other ways of invoking it. */
function urlStatements({ functionArn }: IFunctionUrl): PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ['lambda:InvokeFunctionUrl'],
      resources: [functionArn],
      conditions: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
    }),
    new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [functionArn],
      conditions: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    }),
  ];
}

/**
 * CORS of a URL that requires IAM. A browser does not sign its preflight, which therefore never reaches the function: Lambda must answer it, and
 * then adds the headers of the other answers as well. `X-Amz-…` and `Authorization` carry the signature.
 */
export function signedCors(origins: readonly string[]): FunctionUrlCorsOptions {
  return {
    allowedOrigins: [...origins],
    allowedMethods: [HttpMethod.GET, HttpMethod.HEAD],
    allowedHeaders: [
      crossOrigin.acceptedHeader,
      'Authorization',
      'X-Amz-Date',
      'X-Amz-Security-Token',
      'X-Amz-Content-Sha256',
    ],
    exposedHeaders: crossOrigin.exposedHeaders.split(', '),
    maxAge: Duration.seconds(crossOrigin.preflightSeconds),
  };
}
