/**
 * A day of a deployed stack as CloudWatch sees it: native metrics as AWS documents them, and the stack's own as the functions wrote
 * them. Times are minutes since midnight.
 * Sources: "Available CloudWatch metrics for Amazon SQS", "Types of metrics for Lambda functions", "DynamoDB metrics and dimensions"; as
 * read in November 2026.
 */
import { metricKey, type Sample } from './alarm-rules.ts';
import type { FunctionName } from './deployed-functions.ts';
import type { PipelineTemplate } from './pipeline-template.ts';

const minuteMs = 60_000;
/** SQS goes on for six hours after the last message or call. */
const activeMinutes = 360;
export const dayMinutes = 1_440;

/** The days before and of a test, from which samples are taken. */
export type WatchedDay = {
  samples: Sample[];
  /** One invocation: `failed` is an error, a time-out or an end before the code has started; throttled ones count as no invocation. */
  invoked(name: FunctionName, minute: number, end?: 'ok' | 'failed' | 'throttled'): void;
  /** Values of a custom metric, as the function wrote it. */
  emitted(sample: Omit<Sample, 'atMs'>, minute: number): void;
  /** A message becomes visible in the queue with this logical id and stays for so long. */
  visible(queueId: string, minute: number, minutes?: number): void;
  /** A message that waits in the queue with this logical id from `minute` on, for so long. */
  waits(queueId: string, minute: number, minutes: number): void;
  /** Puts of the table with this logical id that DynamoDB refused in one minute. */
  throttledPuts(tableId: string, minute: number, count: number): void;
};

/** An empty day of a stack; its source queues are polled, so SQS reports them all the time. */
export function watchedDay(template: PipelineTemplate, fromMs: number): WatchedDay {
  const samples: Sample[] = [];
  const idOf = (name: FunctionName) => template.one('AWS::Lambda::Function', name).id;
  const add = (metric: string, minute: number, value: number) => {
    samples.push({ metric, atMs: fromMs + minute * minuteMs, value });
  };
  const ofQueue = (id: string, name: string) => metricKey('AWS/SQS', name, { QueueName: id });
  const ofFunction = (name: FunctionName, metric: string) =>
    metricKey('AWS/Lambda', metric, { FunctionName: idOf(name) });
  return {
    samples,
    invoked: (name, minute, end = 'ok') => {
      if (end === 'throttled') {
        add(ofFunction(name, 'Throttles'), minute, 1);
      } else {
        add(ofFunction(name, 'Invocations'), minute, 1);
        add(ofFunction(name, 'Errors'), minute, end === 'failed' ? 1 : 0);
      }
    },
    emitted: ({ metric, value }, minute) => add(metric, minute, value),
    visible: (queueId, minute, minutes = dayMinutes - minute) => {
      for (let at = minute; at < minute + minutes + activeMinutes; at += 1) {
        add(ofQueue(queueId, 'ApproximateNumberOfMessagesVisible'), at, at < minute + minutes ? 1 : 0);
      }
    },
    waits: (queueId, minute, minutes) => {
      for (let age = 0; age < minutes; age += 1) {
        add(ofQueue(queueId, 'ApproximateAgeOfOldestMessage'), minute + age, age * 60);
      }
    },
    throttledPuts: (tableId, minute, count) => {
      add(metricKey('AWS/DynamoDB', 'ThrottledRequests', { TableName: tableId, Operation: 'PutItem' }), minute, count);
    },
  };
}

/** What a stack does on every day: its runs, and so many reads at even distances. `written` are values as the functions wrote them. */
export function quietDay(
  template: PipelineTemplate,
  fromMs: number,
  readsADay: number,
  written: { closed: Omit<Sample, 'atMs'>; hit: Omit<Sample, 'atMs'> },
  isOn: (what: 'planner' | 'reader', minute: number) => boolean = () => true,
): WatchedDay {
  const day = watchedDay(template, fromMs);
  const queues = template.ofType('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties);
  for (let minute = 0; minute < dayMinutes; minute += 1) {
    for (const { EventSourceArn } of queues) {
      day.waits(EventSourceArn['Fn::GetAtt'][0], minute, 1);
    }
    if (minute % 240 === 0 && isOn('planner', minute)) {
      day.invoked('Planner', minute);
      day.invoked('Worker', minute);
      day.invoked('Writer', minute + 1);
      day.emitted(written.closed, minute);
    }
  }
  for (let read = 0; read < readsADay; read += 1) {
    const minute = Math.floor(((read + 0.5) * dayMinutes) / readsADay);
    if (isOn('reader', minute)) {
      day.invoked('Reader', minute);
      day.emitted(written.hit, minute);
    }
  }
  return day;
}
