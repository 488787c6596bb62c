import type { DescribedTitle } from '../shared/queues/item-title.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { isOriginalLanguage } from '../shared/core/places/original-language.ts';

/**
 * Whether a list's row says anything of a title in `language` that its row in the default language does not. TMDB has no fallback of its
 * own: where nobody has translated a title, its list shows the original title and no overview. The row alone decides, so that the same
 * rows are written in whatever order they arrive (docs/adr/0014).
 */
export function hasTranslation(
  language: string,
  { title, originalTitle, originalLanguage, overview }: Omit<DescribedTitle, 'id'>,
  { defaultLanguage }: Pick<Settings, 'defaultLanguage'>,
): boolean {
  return (
    language === defaultLanguage ||
    isOriginalLanguage(language, originalLanguage) ||
    title !== originalTitle ||
    overview !== ''
  );
}
