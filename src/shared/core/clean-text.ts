/**
 * Cleans text from outside (TMDB, queues, files, the command line) for printing. Text is cleaned where it is printed and nowhere else, so
 * that stored data stays as it was received.
 */

/** The control characters of C0 and C1, and DEL: they move the cursor or send commands to the terminal. */
const control = /\p{Cc}/gu;
/**
 * Invisible characters that change how the text around them is displayed: bidirectional controls, zero-width spaces, byte order marks,
 * tags, annotations. Joiners and variation selectors stay, because emoji, Persian and Indic scripts need them.
 */
const invisible =
  /[[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB]--[\u200C\u200D\p{Variation_Selector}]]/gv;
const lineBreak = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/gu;
const unclean =
  /[[\p{Cc}\u2028\u2029\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB]--[\u200C\u200D\p{Variation_Selector}]]/gv;
const plain = /^[\x20-\x7E]*$/;

/** One line: line breaks and tabs become a space, other control characters `?`; invisible characters are removed. */
export function cleanLine(text: string): string {
  if (plain.test(text)) {
    return text;
  }
  return text.toWellFormed().replace(lineBreak, ' ').replaceAll('\t', ' ').replace(control, '?').replace(invisible, '');
}

/** Several lines, each cleaned by `cleanLine`. Only `\n` and `\r\n` separate lines. */
export function cleanText(text: string): string {
  return plain.test(text) ? text : text.replaceAll('\r\n', '\n').split('\n').map(cleanLine).join('\n');
}

/** Input for an error message that echoes it: every character that `cleanLine` would change becomes `?`. */
export function marked(text: string): string {
  return text.toWellFormed().replace(unclean, '?');
}

/** Escapes characters of a JSON document that are not clean on a terminal. The parsed value stays exactly the same. */
export function cleanJson(json: string): string {
  return json.replace(unclean, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
