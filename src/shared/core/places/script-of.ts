/** Scripts that CLDR names as one and Unicode as several. */
const composed: Readonly<Record<string, readonly string[]>> = {
  Jpan: ['Hani', 'Hira', 'Kana'],
  Kore: ['Hang', 'Hani'],
  Hans: ['Hani'],
  Hant: ['Hani'],
};

/** Made when first asked, by language. */
const scripts = new Map<string, string | undefined>();
const readable = new Map<string, { own: RegExp; other: RegExp } | undefined>();

/** `Latn` for `de-DE`, `Jpan` for `ja`; `undefined` for what is no language. */
export function scriptOf(language: string): string | undefined {
  if (!scripts.has(language)) {
    scripts.set(language, likelyScript(language));
  }
  return scripts.get(language);
}

/**
 * Whether those who read `language` can read a text: it has a letter of their script, and none that is neither theirs nor Latin. What has
 * no letters at all (`300`) is read everywhere.
 */
export function isReadableIn(language: string, text: string): boolean {
  const script = scriptOf(language);
  if (!/\p{L}/u.test(text)) {
    return true;
  }
  if (script === undefined) {
    return false;
  }
  if (!readable.has(script)) {
    readable.set(script, lettersOf(script));
  }
  const letters = readable.get(script);
  return letters?.own.test(text) === true && !letters.other.test(text);
}

function lettersOf(script: string): { own: RegExp; other: RegExp } | undefined {
  const own = (composed[script] ?? [script]).map((one) => `\\p{scx=${one}}`).join('');
  try {
    // Not every script of CLDR's is one of Unicode's.
    return { own: new RegExp(`(?=\\p{L})[${own}]`, 'u'), other: new RegExp(`(?=\\p{L})[^${own}\\p{scx=Latn}]`, 'u') };
  } catch {
    return undefined;
  }
}

function likelyScript(language: string): string | undefined {
  try {
    return new Intl.Locale(language).maximize().script;
  } catch {
    return undefined;
  }
}
