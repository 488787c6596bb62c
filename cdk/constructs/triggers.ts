import { Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { adHocEventSchema, type ScheduledRequest } from '../../src/shared/queues/plan-request.ts';
import { type ScheduleName, scheduleNames } from '../../src/shared/settings/schedule.ts';
import type { Settings } from '../../src/shared/settings/settings-schema.ts';
import { stackNames } from '../../src/shared/settings/stack-names.ts';

/** EventBridge's names of the days; weekday 0 of the settings is Sunday. */
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** EventBridge Scheduler replaces this by the time of the occurrence, also if it delivers late or twice. */
const scheduledTime = '<aws.scheduler.scheduled-time>';

/** Retries of a delivery. They end earlier than a late refresh stops being useful; then the event becomes a dead letter. */
const retries = { maxEventAgeSeconds: 3_600, attempts: 10 };

/** The triggers of the planner: three schedules, and events of the account's default bus whose source is this stack's. */
export class Triggers extends Construct {
  /** `undelivered` receives the occurrences and events that did not reach the planner. */
  constructor(scope: Construct, id: string, planner: IFunction, undelivered: Queue, schedules: Settings['schedules']) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    const group = new CfnScheduleGroup(this, 'Group', { name: `${stackName}-schedules` });
    const role = this.schedulerRole(planner, undelivered);
    for (const name of scheduleNames) {
      new CfnSchedule(this, name, {
        groupName: group.ref,
        description: `tmdb-pipeline: ${name}`,
        scheduleExpression: cronOf(name, schedules),
        scheduleExpressionTimezone: 'UTC',
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: planner.functionArn,
          roleArn: role.roleArn,
          input: inputOf(name),
          deadLetterConfig: { arn: undelivered.queueArn },
          retryPolicy: {
            maximumEventAgeInSeconds: retries.maxEventAgeSeconds,
            maximumRetryAttempts: retries.attempts,
          },
        },
      });
    }
    const { 'detail-type': detailType } = adHocEventSchema.shape;
    new Rule(this, 'AdHoc', {
      description: 'tmdb-pipeline: ad-hoc fetch requests',
      eventPattern: { source: [stackNames(stackName).eventSource], detailType: [detailType.value] },
      targets: [
        new LambdaFunction(planner, {
          deadLetterQueue: undelivered,
          maxEventAge: Duration.seconds(retries.maxEventAgeSeconds),
          retryAttempts: retries.attempts,
        }),
      ],
    });
  }

  private schedulerRole(planner: IFunction, undelivered: Queue): Role {
    const { account } = Stack.of(this);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [planner.functionArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [undelivered.queueArn] }));
    return role;
  }
}

/** A cron expression with EventBridge's six fields: minutes, hours, day of month, month, day of week, year. */
function cronOf(name: ScheduleName, { daily, weekly, refresh }: Settings['schedules']): string {
  switch (name) {
    case 'daily':
      return `cron(0 ${daily.hourUtc} * * ? *)`;
    case 'weekly':
      return `cron(0 ${weekly.hourUtc} ? * ${weekdays[weekly.weekday]} *)`;
    case 'refresh':
      return `cron(0 0/${refresh.everyHours} * * ? *)`;
  }
}

function inputOf(schedule: ScheduleName): string {
  const request: ScheduledRequest = { kind: 'schedule', version: 1, schedule, occurrence: scheduledTime };
  return JSON.stringify(request);
}
