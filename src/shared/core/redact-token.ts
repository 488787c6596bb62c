/**
 * Removes the TMDB token from text that goes to a log, an error or a message: TMDB, or a server in between, may echo what it was sent.
 * Payloads are never redacted: they are stored as TMDB sent them.
 *
 *   text ─► decode escapes (JSON, URLs, HTML, C, quoted-printable, also nested); each character keeps its position in the text
 *        ─► drop spaces, line breaks and everything that is not printable ASCII: a terminal or a reader may drop it too
 *        ─► find pieces of the token, also as base64 or hex, in upper or lower case
 *        ─► replace their positions in the text by `[token]`
 *
 * It looks for pieces, because texts may have been cut to a length and then hold a part of the token only.
 */

/** Returns the TMDB token to use now. @throws RetryableError `token_unavailable` if there is none. */
export type TokenSource = () => Promise<string>;

/** Removes the known tokens from a text. */
export type Redact = (text: string) => string;

/** Remembers the tokens that a process has used, and redacts them. */
export type TokenRedactor = {
  /** The same source. Every token that it returns is redacted from then on. */
  watch(source: TokenSource): TokenSource;
  redact: Redact;
};

/** Several, because answers that are in flight may still echo a token that was replaced. */
const tokensKnown = 4;
/**
 * The shortest piece that is searched for. TMDB's tokens have 32 characters or more: a shorter piece reveals nothing, and a piece of this
 * length does not occur in a sentence by chance. A token shorter than this is a placeholder and is matched as a whole word.
 */
const pieceLength = 8;
/** A shorter placeholder, such as `en`, is no secret, and it would match words in every sentence. */
const shortestPlaceholder = 4;
/** How many levels of nested escapes are decoded. */
const decodings = 3;
const replacement = '[token]';

/** A redactor that knows no token yet. */
export function tokenRedactor(): TokenRedactor {
  let known: readonly string[] = [];
  let redact: Redact = (text) => text;
  const learn = (token: string): void => {
    if (!known.includes(token) && token.length >= shortestPlaceholder) {
      known = [...known, token].slice(-tokensKnown);
      redact = redactionOf(known);
    }
  };
  return {
    watch: (source) => async () => {
      const token = await source();
      learn(token);
      return token;
    },
    redact: (text) => redact(text),
  };
}

/** A decoded text, with the positions in the original at which each character begins and ends. */
type Decoded = { characters: string; from: number[]; to: number[] };

/** The pieces by which a token is found, all of the same length. */
type Pattern = { pieces: ReadonlySet<string>; length: number; isWholeWord: boolean };

/** Removes `tokens` from texts. */
export function redactionOf(tokens: readonly string[]): Redact {
  const patterns = tokens.map(patternOf);
  return (text) => {
    let decoded = asItIs(text);
    const hidden = new Array<boolean>(text.length).fill(false);
    for (let round = 0; round <= decodings; round += 1) {
      for (const pattern of patterns) {
        hide(decoded, pattern, hidden);
      }
      const next = decodeOnce(decoded);
      if (next.characters.length === decoded.characters.length) {
        break;
      }
      decoded = next;
    }
    return withoutHidden(text, hidden);
  };
}

function patternOf(token: string): Pattern {
  return token.length < pieceLength
    ? { pieces: new Set([lower(token)]), length: token.length, isWholeWord: true }
    : { pieces: piecesOf(shapesOf(token)), length: pieceLength, isWholeWord: false };
}

/** The token as it is, as hex, and as base64 at each of the three possible offsets in the encoded data. */
function shapesOf(token: string): string[] {
  const bytes = Buffer.from(token);
  const base64 = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first and the last characters also depend on the bytes around the token.
    const inner = whole.slice(before === 0 ? 0 : before + 1, -1);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [token, bytes.toString('hex'), ...base64];
}

function piecesOf(shapes: readonly string[]): Set<string> {
  return new Set(
    shapes.flatMap((shape) =>
      Array.from({ length: Math.max(0, shape.length - pieceLength + 1) }, (_, at) =>
        lower(shape.slice(at, at + pieceLength)),
      ),
    ),
  );
}

/** Lower-cases ASCII letters only, so that no character changes its length. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function hide(decoded: Decoded, { pieces, length, isWholeWord }: Pattern, hidden: boolean[]): void {
  // Whether a placeholder is a whole word depends on the characters around it, so none is dropped.
  const { characters, from, to } = isWholeWord ? decoded : graphicOf(decoded);
  const text = lower(characters);
  for (let at = 0; at + length <= text.length; at += 1) {
    if (pieces.has(text.slice(at, at + length)) && (!isWholeWord || standsAlone(text, at, at + length))) {
      hidden.fill(true, from[at], to[at + length - 1]);
    }
  }
}

function standsAlone(text: string, from: number, to: number): boolean {
  return !/[\w-]/.test(text.charAt(from - 1)) && !/[\w-]/.test(text.charAt(to));
}

/** Printable ASCII without the space: tokens and their escapes consist of these characters. */
const graphic = /[\x21-\x7e]/;

function graphicOf(decoded: Decoded): Decoded {
  const kept = decoded.from.map((_, at) => at).filter((at) => graphic.test(decoded.characters.charAt(at)));
  return {
    characters: kept.map((at) => decoded.characters.charAt(at)).join(''),
    from: kept.map((at) => decoded.from[at] ?? 0),
    to: kept.map((at) => decoded.to[at] ?? 0),
  };
}

function withoutHidden(text: string, hidden: readonly boolean[]): string {
  let told = '';
  for (let at = 0; at < text.length; at += 1) {
    if (!hidden[at]) {
      told += text.charAt(at);
    } else if (!hidden[at - 1]) {
      told += replacement;
    }
  }
  return told;
}

function asItIs(text: string): Decoded {
  const from = Array.from({ length: text.length }, (_, at) => at);
  return { characters: text, from, to: from.map((at) => at + 1) };
}

const escapes = new RegExp(
  [
    String.raw`\\u\{0*(?<braced>[0-9a-fA-F]{1,6})\}|\\u(?<unit>[0-9a-fA-F]{4})|\\U(?<long>[0-9a-fA-F]{8})|\\x(?<byte>[0-9a-fA-F]{2})`,
    '%(?<percent>[0-9a-fA-F]{2})|=(?<quoted>[0-9a-fA-F]{2})|&#[xX]0*(?<hex>[0-9a-fA-F]{1,6});?|&#0*(?<decimal>[0-9]{1,7});?',
    String.raw`\\(?<octal>[0-3]?[0-7]{2})|(?<nothing>\\[bfnrtv0]|=\r?\n|&(?:shy|nbsp|NewLine|Tab|ZeroWidthSpace|zwn?j|NoBreak);)`,
    String.raw`\\(?<plain>[^uUx])|&(?<entity>amp|sol|period|dash|hyphen|lowbar|equals|plus);`,
  ].join('|'),
  'g',
);

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  sol: '/',
  period: '.',
  dash: '-',
  hyphen: '-',
  lowbar: '_',
  equals: '=',
  plus: '+',
};

/** Replaces every escape by the one character that it stands for. */
function decodeOnce(encoded: Decoded): Decoded {
  const { characters, from, to } = encoded;
  const decoded: Decoded = { characters: '', from: [], to: [] };
  let end = 0;
  const copyUpTo = (next: number) => {
    decoded.characters += characters.slice(end, next);
    for (let at = end; at < next; at += 1) {
      decoded.from.push(from[at] ?? 0);
      decoded.to.push(to[at] ?? 0);
    }
  };
  for (const { 0: matched, index, groups = {} } of characters.matchAll(escapes)) {
    copyUpTo(index);
    end = index + matched.length;
    decoded.characters += characterOf(groups);
    decoded.from.push(from[index] ?? 0);
    decoded.to.push(to[end - 1] ?? 0);
  }
  copyUpTo(characters.length);
  return decoded;
}

/** The character of an escape; NUL for one that cannot be part of a token (tokens are ASCII). */
function characterOf({ plain, entity, nothing, decimal, octal, ...inHex }: Record<string, string | undefined>): string {
  if (nothing !== undefined) {
    return '\0';
  }
  if (plain !== undefined) {
    return plain;
  }
  if (entity !== undefined) {
    return entities[entity] ?? '\0';
  }
  const hex = Object.values(inHex).find((digits) => digits !== undefined);
  const code =
    hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : Number(decimal);
  return code < 128 ? String.fromCharCode(code) : '\ufffd';
}
