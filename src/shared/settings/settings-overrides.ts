import { UsageError } from '../core/errors.ts';
import { parseStrictJson } from '../core/strict-json.ts';
import { defaultSettings } from './settings.ts';
import { type Settings, settingsSchema } from './settings-schema.ts';

/**
 * The default settings, overridden by the members of `overridesJson` (objects are merged member by member, lists are replaced).
 * @param source the name of the text in the error for invalid JSON (default `settings`)
 * @throws UsageError if the text is not JSON, names an unknown setting, or holds a value out of range.
 */
export function settingsFrom(overridesJson: string | undefined, source = 'settings'): Settings {
  const overrides = overridesJson === undefined || overridesJson === '' ? {} : parseJson(overridesJson, source);
  const candidate = laidOver(defaultSettings, overrides);
  const parsed = settingsSchema.safeParse(candidate);
  if (!parsed.success) {
    const { path = [], message = 'not understood' } = parsed.error.issues[0] ?? {};
    const value = path.reduce<unknown>((whole, key) => (whole as Record<PropertyKey, unknown>)?.[key], candidate);
    const found =
      typeof value === 'object' || value === undefined ? '' : ` (found ${JSON.stringify(value).slice(0, 60)})`;
    throw new UsageError(`settings: ${path.length > 0 ? `${path.join('.')}: ` : ''}${message}${found}`);
  }
  return parsed.data;
}

function parseJson(text: string, source: string): unknown {
  const parsed = parseStrictJson(text);
  if ('problem' in parsed) {
    const { problem, line, column } = parsed;
    throw new UsageError(`${source}: line ${line}, column ${column}: ${problem}`);
  }
  return parsed.value;
}

function laidOver(base: unknown, over: unknown): unknown {
  if (!isPlainObject(base) || !isPlainObject(over)) {
    return over;
  }
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = Object.hasOwn(base, key) ? laidOver(base[key], value) : value;
  }
  return merged;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The members of `settings` that differ from the defaults, as JSON for `settingsFrom`. A deployed function receives this. The section
 * `deployment` is left out, since functions do not need it (it holds an e-mail address).
 */
export function overridesOf(settings: Settings): string {
  return JSON.stringify(difference({ ...settings, deployment: defaultSettings.deployment }, defaultSettings));
}

function difference(value: Record<string, unknown>, base: Record<string, unknown>): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const original = base[key];
    if (isPlainObject(member) && isPlainObject(original)) {
      const inner = difference(member, original);
      if (Object.keys(inner).length > 0) {
        changed[key] = inner;
      }
    } else if (JSON.stringify(member) !== JSON.stringify(original)) {
      changed[key] = member;
    }
  }
  return changed;
}
