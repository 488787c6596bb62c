import { isoFromMs } from '../../shared/core/clock.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { rowBaseSchema } from '../../shared/tables/row.ts';
import { type TitleRow, titleRowFor } from '../../shared/tables/title-row.ts';
import { type NotUnderstood, parseLegacyRow } from './parse-legacy-row.ts';

/** What a row of the table is: one of this schema, one of the predecessor with the row it becomes, or neither. */
export type Judgement = { kind: 'current' } | { kind: 'legacy'; row: TitleRow } | NotUnderstood;

/** Judges a row by its attributes. A row of the predecessor has no version; it was fetched in the default language. */
export function judgeRow(attributes: Readonly<Record<string, unknown>>, settings: Settings, nowMs: number): Judgement {
  if (attributes.version !== undefined) {
    return rowBaseSchema.safeParse(attributes).success
      ? { kind: 'current' }
      : { kind: 'not-understood', reason: 'there is a version, but it is no row of this schema' };
  }
  const parsed = parseLegacyRow(attributes, nowMs);
  if (parsed.kind === 'not-understood') {
    return parsed;
  }
  const fetched = { language: settings.defaultLanguage, fetchedAt: isoFromMs(parsed.fetchedAtMs) };
  return { kind: 'legacy', row: titleRowFor(fetched, parsed.title, settings) };
}
