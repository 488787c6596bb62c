/** Which id elsewhere may be asked for: the same rules for the library, HTTP and the command line. */
import * as z from 'zod';
import { shown } from '../shared/core/shown-text.ts';
import {
  type ExternalId,
  externalIdPattern,
  externalIdText,
  idSources,
} from '../shared/queues/details/detail-kinds.ts';
import { maxTmdbId } from '../shared/queues/item-page.ts';

/** An id elsewhere, without regard to case and to blanks around it. */
export const externalIdSchema = z
  .strictObject({
    source: z.enum(idSources, {
      error: (issue) => `unknown source '${shown(issue.input)}': allowed are ${idSources.join(', ')}`,
    }),
    id: z.union([z.string(), z.number()], {
      error: (issue) => `'${shown(issue.input)}' is not allowed: allowed is a text`,
    }),
  })
  .transform(({ source, id: given }, context): ExternalId => {
    const text = String(given).trim().toLowerCase();
    const id = source === 'tvdb' ? text.replace(/^0+(?=\d)/, '') : text;
    const isRounded = source === 'tvdb' && Number(id) > maxTmdbId;
    if (isRounded || !externalIdPattern.test(externalIdText({ source, id }))) {
      const why = /^nm\d/.test(id) ? 'is the id of a person, who is no title' : idForms[source].none;
      const message = `'${shown(given)}' ${why}: allowed are ${idForms[source].allowed}`;
      context.addIssue({ code: 'custom', path: ['id'], message });
    }
    return { source, id };
  });

const idForms: Record<ExternalId['source'], { none: string; allowed: string }> = {
  imdb: { none: 'is no id of a title at IMDb', allowed: 'tt and 7 to 12 digits, such as tt0137523' },
  tvdb: { none: 'is no id at TheTVDB', allowed: `whole numbers from 1 to ${maxTmdbId}` },
};
