import type { Resource } from './pipeline-template.ts';
import type { Resources } from './template-values.ts';

/** A template without one permission. `removed` names it. */
export type TemplateMutant = { removed: string; without: Resources };

/** Where the types of resources keep their policies. */
const documents: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': 'AssumeRolePolicyDocument',
  'AWS::IAM::Policy': 'PolicyDocument',
  'AWS::IAM::ManagedPolicy': 'PolicyDocument',
  'AWS::SQS::QueuePolicy': 'PolicyDocument',
  'AWS::SNS::TopicPolicy': 'PolicyDocument',
};

/** The template without each single action of each statement that allows something, and without each single permission of a function. */
export function* mutantsOf(resources: Resources): Generator<TemplateMutant> {
  for (const [id, resource] of Object.entries(resources)) {
    if (resource.Type === 'AWS::Lambda::Permission') {
      const { [id]: _, ...without } = resources;
      yield { removed: id, without };
    }
    const document = documents[resource.Type];
    if (document !== undefined) {
      yield* withoutActions(id, resource, document, resources);
    }
  }
}

function* withoutActions(
  id: string,
  resource: Resource,
  document: string,
  resources: Resources,
): Generator<TemplateMutant> {
  for (const [index, { Effect, Action }] of resource.Properties[document].Statement.entries()) {
    const actions: string[] = Effect === 'Allow' ? [Action].flat() : [];
    for (const action of actions) {
      const changed = structuredClone(resource);
      changed.Properties[document].Statement[index].Action = actions.filter((one) => one !== action);
      yield { removed: `${action} of ${id}`, without: { ...resources, [id]: changed } };
    }
  }
}
