import { describe, expect, it } from 'vitest';
import { pageStyle } from '../../../src/operator/report/html/page-style.ts';

/** Colours of one scheme, by name. */
function coloursOf(rule: string): Map<string, string> {
  return new Map([...rule.matchAll(/--([a-z-]+):(#[0-9a-f]{6})/g)].map(([, name = '', colour = '']) => [name, colour]));
}

/** WCAG 2.2: (L1 + 0.05) / (L2 + 0.05), of relative luminances. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const [light, dark] = pageStyle.split('@media (prefers-color-scheme:dark)');
const tones = ['hit', 'miss', 'stale-line', 'written', 'unchanged', 'fresh', 'stale', 'expired'];

describe.each([
  ['light', coloursOf(light ?? '')],
  ['dark', coloursOf(dark ?? '')],
])('the %s colours', (_scheme, colours) => {
  const of = (name: string) => colours.get(name) ?? 'none';

  it('are measured as WCAG does', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it.each(['ink', 'muted'])('let %s be read on the page and on a card', (text) => {
    expect(contrast(of(text), of('page'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of(text), of('card'))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(tones)('let %s be seen on a card', (tone) => {
    expect(contrast(of(tone), of('card'))).toBeGreaterThanOrEqual(3);
  });
});
