import type { QueueWithDlq } from './constructs/guarded-queue.ts';
import type { PipelineFunction } from './constructs/pipeline-function.ts';
import type { PipelineTables } from './constructs/pipeline-tables.ts';

/** The monitored parts of the stack: all that have metrics. */
export type PipelineParts = {
  tables: PipelineTables;
  /** Its dead letters include triggers: occurrences and events that did not reach the planner, or on which it failed. */
  fetch: QueueWithDlq;
  items: QueueWithDlq;
  planner: PipelineFunction;
  worker: PipelineFunction;
  writer: PipelineFunction;
  reader: PipelineFunction;
};
