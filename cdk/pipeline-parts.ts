import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { QueueWithDlq } from './constructs/guarded-queue.ts';
import type { PipelineFunction } from './constructs/pipeline-function.ts';
import type { PipelineTables } from './constructs/pipeline-tables.ts';

/** The monitored parts of the stack: all that have metrics. */
export type PipelineParts = {
  tables: PipelineTables;
  fetch: QueueWithDlq;
  items: QueueWithDlq;
  /** Dead letters: occurrences and events that did not reach the planner. */
  undelivered: IQueue;
  /** Events of invocations in which the planner failed. */
  plannerFailures: IQueue;
  planner: PipelineFunction;
  worker: PipelineFunction;
  writer: PipelineFunction;
  reader: PipelineFunction;
};
