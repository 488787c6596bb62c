import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PipelineStack } from '../../cdk/pipeline-stack.ts';
import { bundleHandlers } from '../../src/local/bundle/bundle-handlers.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';

/** A resource as it stands in the template. */
// biome-ignore lint/suspicious/noExplicitAny: templates are JSON of a hundred shapes, and each test looks at its own.
export type Resource = { Type: string; Properties: any; DeletionPolicy?: string };

/** The synthesized template, by logical id and by type. */
export type PipelineTemplate = {
  resources: Record<string, Resource>;
  outputs: Record<string, { Value: unknown; Export?: { Name: string } }>;
  text: string;
  ofType(type: string): [string, Resource][];
  /** The only resource of `type` whose logical id begins with `prefix`. */
  one(type: string, prefix: string): Resource & { id: string };
};

/** Synthesizes into the folder `outdir` with these overrides of the settings. */
export async function pipelineTemplate(outdir: string, overrides: unknown = {}): Promise<PipelineTemplate> {
  const app = new App({ outdir });
  const settings = settingsFrom(JSON.stringify(overrides));
  const stack = new PipelineStack(app, settings, await bundleHandlers(settings));
  const json = Template.fromStack(stack).toJSON();
  const resources = json.Resources as Record<string, Resource>;
  const ofType = (type: string) => Object.entries(resources).filter(([, resource]) => resource.Type === type);
  return {
    resources,
    outputs: json.Outputs,
    text: JSON.stringify(json),
    ofType,
    one: (type, prefix) => {
      const found = ofType(type).filter(([id]) => id.startsWith(prefix));
      const [id, resource] = found[0] ?? [];
      if (found.length !== 1 || id === undefined || resource === undefined) {
        throw new Error(`${found.length} resources ${type} ${prefix}`);
      }
      return { ...resource, id };
    },
  };
}
