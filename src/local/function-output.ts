import { type RunEvent, runEventSchema } from '../shared/telemetry/run-event.ts';

/** One line of a function's output, by its kind. */
export type OutputLine =
  | { kind: 'event'; event: RunEvent }
  /** An EMF record: CloudWatch would make metrics of it. */
  | { kind: 'metrics'; record: Record<string, unknown> }
  /** Anything else; `problem` for warnings, errors, and lines that are not a structured record. */
  | { kind: 'log'; problem: boolean; message: string };

/** Parses one line, as it would reach a function's log group. */
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
