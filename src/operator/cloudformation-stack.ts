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

/**
 * Reads the outputs of the CloudFormation stack `stackName`, in the account and region that the AWS SDK finds.
 * @throws PermanentError `stack_unknown` when there is none, or it is not one of ours; what the SDK throws when it cannot be read.
 */
export async function deployedStack(stackName: string): Promise<DeployedStack> {
  const client = new CloudFormationClient(clientOptions());
  let outputs: Record<string, string | undefined>;
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    outputs = Object.fromEntries(
      (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
    );
  } catch (error) {
    throw isAbsent(error) ? new PermanentError('stack_unknown', absent(stackName)) : error;
  } finally {
    client.destroy();
  }
  const parsed = outputsSchema.safeParse(outputs);
  if (!parsed.success) {
    const missing = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new PermanentError('stack_unknown', `the stack '${stackName}' has no output ${missing}: deploy it again`);
  }
  const { data } = parsed;
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

/** CloudFormation has no name of its own for it. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);
}

function absent(stackName: string): string {
  return `there is no stack '${stackName}' in this account and region: deploy it, or check AWS_PROFILE, AWS_REGION and deployment.stackName in the settings`;
}
