import { describe, expect, it } from 'vitest';
import { endingOnFailure } from '../../src/cli/progress.ts';

const recordingLine = () => {
  const ends: boolean[] = [];
  return { ends, end: (succeeded: boolean) => void ends.push(succeeded) };
};

describe('a line that tells how far a command is', () => {
  it('ends as failed where what it tells of throws: a spinner would keep the process alive', async () => {
    const line = recordingLine();
    const failing = endingOnFailure(line, () => Promise.reject(new Error('SQS is away')));
    await expect(failing).rejects.toThrow('SQS is away');
    expect(line.ends).toEqual([false]);
  });

  it('is left to who began it where nothing fails', async () => {
    const line = recordingLine();
    expect(await endingOnFailure(line, async () => 3)).toBe(3);
    expect(line.ends).toEqual([]);
  });
});
