import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import { PermanentError } from '../shared/core/errors.ts';
import { clientOptions } from '../shared/tables/aws-clients.ts';

/** Outputs of a deployed stack that the command line needs; CDK's names begin with a capital. */
const outputsSchema = z.object({
  FetchQueueUrl: z.url(),
  FetchDlqUrl: z.url(),
  ItemQueueUrl: z.url(),
  ItemDlqUrl: z.url(),
  CatalogTable: z.string().min(1),
  ControlTable: z.string().min(1),
  ReaderUrl: z.url().optional(),
});

/** Names and URLs of a deployed stack. */
type DeployedStack = {
  fetchQueueUrl: string;
  fetchDlqUrl: string;
  itemQueueUrl: string;
  itemDlqUrl: string;
  catalogTable: string;
  controlTable: string;
  /** None with `deployment.reader.url` `none`. */
  readerUrl: string | undefined;
};

/** A stack as CloudFormation describes it. */
type DescribedStack = { status: string; outputs: Record<string, string | undefined> };

/**
 * Reads the outputs of the CloudFormation stack `stackName`, in the account and region that the AWS SDK finds.
 * @throws PermanentError `stack_unknown` when there is none, or it is not one of ours; what the SDK throws when it cannot be read.
 */
export async function deployedStack(stackName: string): Promise<DeployedStack> {
  const client = new CloudFormationClient(clientOptions());
  const { outputs } = await describeStack(client, stackName).finally(() => client.destroy());
  const { data } = outputsSchema.safeParse(outputs);
  if (data === undefined) {
    const missing = missingOutputs(outputs).join(', ');
    throw new PermanentError('stack_unknown', `the stack '${stackName}' has no output ${missing}: deploy it again`);
  }
  return {
    fetchQueueUrl: data.FetchQueueUrl,
    fetchDlqUrl: data.FetchDlqUrl,
    itemQueueUrl: data.ItemQueueUrl,
    itemDlqUrl: data.ItemDlqUrl,
    catalogTable: data.CatalogTable,
    controlTable: data.ControlTable,
    readerUrl: data.ReaderUrl,
  };
}

/**
 * Describes a stack.
 * @throws PermanentError `stack_unknown` when there is none; what the SDK throws when it cannot be read.
 */
export async function describeStack(client: CloudFormationClient, stackName: string): Promise<DescribedStack> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const [described] = Stacks ?? [];
    if (described === undefined) {
      // CloudFormation answers with a stack or an error.
      throw new PermanentError(
        'not_aws',
        'the answer holds no stack: it comes from another server than CloudFormation',
      );
    }
    const { StackStatus = 'unknown', Outputs = [] } = described;
    const outputs = Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    return { status: StackStatus, outputs };
  } catch (error) {
    throw isAbsent(error) ? new PermanentError('stack_unknown', absent(stackName)) : error;
  }
}

/** Names of the outputs that commands need, and that are missing or no addresses. */
export function missingOutputs(outputs: DescribedStack['outputs']): string[] {
  return outputsSchema.safeParse(outputs).error?.issues.map(({ path }) => path.join('.')) ?? [];
}

/** CloudFormation has no name of its own for it. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);
}

function absent(stackName: string): string {
  return `there is no stack '${stackName}' in this account and region: deploy it, or check AWS_PROFILE, AWS_REGION and deployment.stackName in the settings`;
}
