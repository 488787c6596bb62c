import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { PipelineFunction } from './pipeline-function.ts';

/**
 * Shifts the aliases of functions to a new version: a tenth of the invocations first, the rest after ten minutes. If an invocation of the new
 * version fails in between, CodeDeploy shifts that alias back and CloudFormation rolls the stack's update back (docs/adr/0032).
 */
export class Rollout extends Construct {
  /** The service role of CodeDeploy. */
  readonly role: Role;

  constructor(scope: Construct, id: string, functions: readonly PipelineFunction[]) {
    super(scope, id);
    const application = new LambdaApplication(this, 'Application');
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('codedeploy.amazonaws.com') });
    for (const one of functions) {
      if (one.alias !== undefined) {
        const group = new LambdaDeploymentGroup(this, one.node.id, {
          application,
          role: this.role,
          alias: one.alias,
          deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_10MINUTES,
          alarms: [this.#newVersionFails(one, one.alias)],
          // One that is stopped by hand would otherwise leave the alias with two versions, and the next one would fail.
          autoRollback: { stoppedDeployment: true },
        });
        // The alarm must look at the new version before the alias is shifted to it.
        one.alias.node.defaultChild?.node.addDependency(group);
      }
    }
  }

  /**
   * Counts the errors of the new version alone, by the dimensions that Lambda adds while an alias has two versions: when the present version
   * fails, its mend can still be rolled out. A single error counts: TMDB's outages, throttles and a missing token end as answers.
   */
  #newVersionFails(of: PipelineFunction, alias: Alias): Alarm {
    const metric = new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Errors',
      dimensionsMap: {
        FunctionName: of.functionName,
        Resource: `${of.functionName}:${alias.aliasName}`,
        ExecutedVersion: alias.version.version,
      },
      statistic: 'Sum',
      period: Duration.minutes(1),
    });
    return new Alarm(this, `${of.node.id}Fails`, {
      metric,
      alarmDescription: `The new version of the ${of.node.id.toLowerCase()} fails: its roll-out is rolled back`,
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
