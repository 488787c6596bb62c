/**
 * Who may do what, in both directions: every call that the uploaded bundles make on good and bad days, that the library makes in an
 * application, and that AWS's services make by the template, is allowed; and nothing else is.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeployedFunctions, functionNames, startDeployedFunctions } from '../support/deployed-functions.ts';
import { eventfulSettings, liveEventfulDays } from '../support/eventful-days.ts';
import { allows, type IamCall } from '../support/iam-policy.ts';
import { pipelineTemplate } from '../support/pipeline-template.ts';
import { type ReaderUses, recordApplications } from '../support/reader-uses.ts';
import { scratchFolder, testFolder } from '../support/scratch-folder.ts';
import { repositoryRoot } from '../support/shared-data.ts';
import { type Access, accessOf, problemsOf, roleSubject, urlCalls } from '../support/template-access.ts';
import { mutantsOf } from '../support/template-mutants.ts';
import { physicalArn, physicalName, type Resources } from '../support/template-values.ts';

const token = 'token-in-parameter-store';
const [outdir, workdir] = [scratchFolder(), scratchFolder()];
let deployed: DeployedFunctions;
/** What each function's role was needed for, by the logical id of the role. */
let byFunctions: Map<string, IamCall[]>;
let byApplications: ReaderUses;

beforeAll(async () => {
  deployed = await startDeployedFunctions(outdir, workdir, token, { overrides: eventfulSettings });
  await liveEventfulDays(deployed, token);
  byApplications = await recordApplications(deployed, token);
  const { template, recorders } = deployed;
  byFunctions = new Map(
    functionNames.map((name) => [
      template.one('AWS::IAM::Role', `${name}Role`).id,
      Object.values(recorders[name]).flatMap((recorder) => recorder.calls()),
    ]),
  );
}, 170_000);

afterAll(() => deployed?.stop(), 30_000);

/** The id of the policy for applications whose output is `<name>PolicyArn`. */
function policyId(name: string): string {
  const output = deployed.template.outputs[`${name}PolicyArn`];
  return (output as { Value: { Ref: string } }).Value.Ref;
}

/** The access by a template, with all calls that were recorded. */
function accessWithCalls(resources: Resources): Map<string, Access> {
  const all = accessOf(resources);
  for (const [roleId, calls] of byFunctions) {
    all.get(roleSubject(physicalName(roleId, resources)))?.calls.push(...calls);
  }
  const { table, control, live } = byApplications;
  const policy = (name: string) => all.get(`policy ${policyId(name)}`);
  const base = policy('Reader')?.statements ?? [];
  policy('ReaderTable')?.calls.push(...table);
  policy('Reader')?.calls.push(...control);
  // This policy is attached beside that one.
  policy('ReaderLive')?.calls.push(...live.filter((call) => !allows(base, call)));
  const readerArn = physicalArn(deployed.template.one('AWS::Lambda::Function', 'Reader').id, resources);
  policy('ReaderUrl')?.calls.push(...urlCalls(readerArn, 'AWS_IAM'));
  return all;
}

describe('the permissions of the stack', () => {
  it('are what is called, no less and no more', () => {
    const access = accessWithCalls(deployed.template.resources);
    expect(problemsOf(access.values())).toEqual([]);
    // Five roles, their trust, four policies for applications, and the three resources that others are let in to.
    const subjects = [...access.values()].filter(({ calls }) => calls.length > 0);
    expect(subjects.length).toBe(5 + 5 + 4 + 3);
  });

  it('are all missed: without any one action, or any one permission of a function, a call is refused', () => {
    const { resources } = deployed.template;
    const mutants = [...mutantsOf(resources)];
    expect(mutants.length).toBeGreaterThan(60);
    const refusals = (changed: Resources) =>
      problemsOf(accessWithCalls(changed).values()).filter((problem) => problem.endsWith('is called and not allowed'));
    const known = new Set(refusals(resources));
    const unnoticed = mutants.filter(({ without }) => refusals(without).every((refusal) => known.has(refusal)));
    expect(unnoticed.map(({ removed }) => removed)).toEqual([]);
  });

  it.each(['dynamodb:Scan', 'dynamodb:*', 'sqs:PurgeQueue', 'kms:Decrypt', 'lambda:InvokeFunction'])(
    'would be too many with %s in any role or policy',
    (action) => {
      const { resources } = deployed.template;
      const policies = Object.keys(resources).filter((id) => /::(Managed)?Policy$/.test(resources[id]?.Type ?? ''));
      expect(policies.length).toBe(9);
      for (const id of policies) {
        const changed = structuredClone(resources) as Record<string, (typeof resources)[string]>;
        const { Statement } = changed[id]?.Properties.PolicyDocument ?? {};
        const [first] = Statement;
        // On a resource that the role has other rights on.
        Statement.push({ Effect: 'Allow', Action: action, Resource: first.Resource });
        const problems = problemsOf(accessWithCalls(changed).values());
        expect(problems, id).toContainEqual(expect.stringMatching(/never called|allowed twice|more than one action/));
      }
    },
  );

  it('let no other account’s rules, alarms and schedules in', () => {
    const stranger = {
      'aws:SourceAccount': '999999999999',
      'aws:SourceArn': 'arn:aws:events:us-east-1:999999999999:rule/x',
    };
    let tried = 0;
    for (const { subject, statements, calls } of accessWithCalls(deployed.template.resources).values()) {
      // Lambda takes a role for those alone who may pass it on.
      const guarded = calls.filter(({ principal }) => principal !== undefined && principal !== 'lambda.amazonaws.com');
      for (const call of guarded) {
        tried += 1;
        expect(allows(statements, { ...call, context: { ...call.context, ...stranger } }), subject).toBe(false);
        expect(allows(statements, { ...call, context: {} }), subject).toBe(false);
      }
    }
    expect(tried).toBeGreaterThan(3);
  });

  it('let callers of the URL use the URL only', () => {
    const statements =
      accessWithCalls(deployed.template.resources).get(`policy ${policyId('ReaderUrl')}`)?.statements ?? [];
    const resource = physicalArn(
      deployed.template.one('AWS::Lambda::Function', 'Reader').id,
      deployed.template.resources,
    );
    expect(allows(statements, { action: 'lambda:InvokeFunction', resource })).toBe(false);
  });

  it('for applications are named in the documentation as the stack exports them', () => {
    const { outputs } = deployed.template;
    const exported = Object.keys(outputs).filter((name) => name.endsWith('PolicyArn'));
    expect(exported.map((name) => outputs[name]?.Export)).toEqual(
      exported.map((name) => ({ Name: `TmdbPipeline-${name}` })),
    );
    const page = readFileSync(join(repositoryRoot, 'docs/reader.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+PolicyArn)` /gm)].map(([, name]) => name);
    expect(rows.sort()).toEqual(exported.sort());
    expect(exported).toContain(/!ImportValue TmdbPipeline-(\w+)/.exec(page)?.[1]);
  });

  it('open the function to everybody where the settings say so, and need no policy then', async () => {
    const { resources, outputs } = await pipelineTemplate(testFolder(), {
      deployment: { reader: { url: 'public', reservedConcurrency: 10 } },
    });
    const open = [...accessOf(resources).values()].filter(({ subject }) => subject.startsWith('resource'));
    expect(problemsOf(open)).toEqual([]);
    expect(open.flatMap(({ calls }) => calls).filter(({ principal }) => principal === '*')).toHaveLength(2);
    expect(outputs).not.toHaveProperty('ReaderUrlPolicyArn');
  });
});
