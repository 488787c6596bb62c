import { describe, expect, it } from 'vitest';
import { shortenDelays } from './shorten-delays.ts';

const shortened = (text: string) => shortenDelays(Buffer.from(text, 'utf8')).toString('utf8');

describe('shortenDelays', () => {
  it('makes a delay one second without changing the length of the request', () => {
    const before = '{"QueueUrl":"u","MessageBody":"b","DelaySeconds":65,"MessageAttributes":{}}';
    const after = shortened(before);
    expect(after).toHaveLength(before.length);
    expect(JSON.parse(after)).toEqual({ ...JSON.parse(before), DelaySeconds: 1 });
  });

  it('leaves a message that speaks of delays, and everything without one, byte for byte', () => {
    const inside = JSON.stringify({ MessageBody: JSON.stringify({ DelaySeconds: 65, title: 'Ümläut 映画' }) });
    expect(shortened(inside)).toBe(inside);
    const bytes = Buffer.from([0xff, 0x00, 0x80]);
    expect(shortenDelays(bytes)).toBe(bytes);
  });

  it('keeps letters of other alphabets beside a delay', () => {
    expect(JSON.parse(shortened('{"MessageBody":"映画","DelaySeconds":900}'))).toEqual({
      MessageBody: '映画',
      DelaySeconds: 1,
    });
  });
});
