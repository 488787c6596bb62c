import { type WordList, words } from './word-list.ts';

/** Italian. */
export const italian: WordList = {
  nouns:
    words(`Inverno Porto Lanterna Silenzio Fiume Fuoco Neve Specchio Ombra Giardino Tempesta Sale Ferro Vetro Luna Ponte
    Isola Bosco Lettera Testimone Promessa Ladro Orfano Lupo Corvo Estate Confine Treno Notte Osso Polvere Miele`),
  places: words('Lisbona Osaka Marsiglia Vienna Napoli Siviglia Mumbai Busan Chicago Dublino Cuba Tangeri'),
  names: words('Chiara Daniele Rut Marco Ines Vittorio Nora Elia Mara Teo'),
  titlePatterns: [
    '{a} e {b} a {place}',
    '{place}: {a} e {b}',
    '{a} e {b}',
    '{a} senza {b}',
    'Tra {a} e {b}',
    'Né {a} né {b}',
    '{a} o {b}',
    '{a} di {place}',
    'Dopo {a}',
    'Prima di {a}',
    '{a}',
  ],
  sentences: [
    'Quando {name} torna a {place} dopo dieci anni, niente è più dove era rimasto.',
    'Una lettera che nessuno doveva aprire trascina {name} nella lite di due famiglie.',
    'Alla vigilia del processo {name} deve scegliere tra la verità e una vecchia amicizia.',
    'Da qualche parte a {place} qualcuno vive con il nome di {name}.',
    'La polizia parla di incidente; per {name} è soltanto il primo.',
    'Quello che a {place} comincia come un lavoro estivo diventa una corsa contro il tempo.',
    'Tutti a {place} conoscono la storia di «{a}», ma uno solo sa come va a finire.',
    'Una scoperta sotto la vecchia stazione minaccia anni di silenzio.',
  ],
};
