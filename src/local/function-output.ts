import { type RunEvent, runEventSchema } from '../shared/telemetry/run-event.ts';

/** What one line of a function's output is. */
export type OutputLine =
  | { kind: 'event'; event: RunEvent }
  /** An EMF record: CloudWatch would make metrics of it. */
  | { kind: 'metrics'; record: Record<string, unknown> }
  /** Anything else; `problem` for warnings, errors and what is no structured record at all. */
  | { kind: 'log'; problem: boolean; message: string };

/** Reads one line as Lambda's log group would receive it. */
export function readOutputLine(line: string): OutputLine {
  const record = parseRecord(line);
  if (record === undefined) {
    return { kind: 'log', problem: true, message: line };
  }
  if ('_aws' in record) {
    return { kind: 'metrics', record };
  }
  const event = runEventSchema.safeParse(record.runEvent);
  if (event.success) {
    return { kind: 'event', event: event.data };
  }
  const problem = record.level === 'WARN' || record.level === 'ERROR' || record.level === 'CRITICAL';
  return { kind: 'log', problem, message: String(record.message ?? line) };
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(parsed: unknown): parsed is Record<string, unknown> {
  return typeof parsed === 'object' && parsed !== null;
}
