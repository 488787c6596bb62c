import { describe, expect, it } from 'vitest';
import { AwsCallError } from '../../src/cli/aws-call-failure.ts';
import { IncompleteRunError, reportFailure } from '../../src/cli/cli-context.ts';
import { explainFullDisk } from '../../src/cli/command-shape.ts';
import { PermanentError, UsageError } from '../../src/shared/core/errors.ts';

const sentence = "the disk that holds 'data' is full (ENOSPC), make room and run it again";
const emulatorError = new Error('the DynamoDB emulator did not start', { cause: new Error('disk I/O error') });

describe('a failure with a data folder', () => {
  it('is that the disk is full, when it is', () => {
    const explained = explainFullDisk(
      emulatorError,
      'data',
      () => undefined,
      () => 4_096,
    );
    expect(explained).toEqual(new PermanentError('disk_full', sentence, { cause: emulatorError }));
  });

  it.each([1_000_000, undefined])('stays what it was with %s bytes free', (free) => {
    expect(
      explainFullDisk(
        emulatorError,
        'data',
        () => undefined,
        () => free,
      ),
    ).toBe(emulatorError);
  });

  it('is that, when the emulator fails the calls', () => {
    const failed = new AwsCallError('service_failed', 'the call of DynamoDB failed');
    const explained = explainFullDisk(
      failed,
      'data',
      () => undefined,
      () => 0,
    );
    expect(explained).toEqual(new PermanentError('disk_full', sentence, { cause: failed }));
  });

  it('keeps the words of a command, and the summary of a run that left jobs undone', () => {
    const usage = new UsageError('wrong');
    expect(
      explainFullDisk(
        usage,
        'data',
        () => undefined,
        () => 0,
      ),
    ).toBe(usage);
    const notes: string[] = [];
    const incomplete = Object.create(IncompleteRunError.prototype);
    expect(
      explainFullDisk(
        incomplete,
        'data',
        (text) => notes.push(text),
        () => 0,
      ),
    ).toBe(incomplete);
    expect(notes).toEqual([sentence]);
  });

  it('is told in its own sentence, without what the emulator made of it', () => {
    const notes: string[] = [];
    const output = {
      json: false,
      verbose: false,
      result: () => undefined,
      note: (text: string) => void notes.push(text),
    };
    const full = explainFullDisk(
      emulatorError,
      'data',
      () => undefined,
      () => 0,
    );
    expect(reportFailure(full, output)).toBe(1);
    expect(notes).toEqual([`error: ${sentence}`]);
  });
});
