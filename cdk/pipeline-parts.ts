import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { QueueWithDlq } from './constructs/guarded-queue.ts';
import type { PipelineFunction } from './constructs/pipeline-function.ts';
import type { PipelineTables } from './constructs/pipeline-tables.ts';

/** What is watched: everything of the stack that has metrics. */
export type PipelineParts = {
  tables: PipelineTables;
  fetch: QueueWithDlq;
  items: QueueWithDlq;
  /** Occurrences and events that did not reach the planner. */
  undelivered: IQueue;
  /** Invocations that the planner failed. */
  plannerFailures: IQueue;
  planner: PipelineFunction;
  worker: PipelineFunction;
  writer: PipelineFunction;
  reader: PipelineFunction;
};
