import { type WordList, words } from './word-list.ts';

/** Portuguese. */
export const portuguese: WordList = {
  nouns:
    words(`Inverno Porto Lanterna Silêncio Rio Fogo Neve Espelho Sombra Jardim Tempestade Sal Ferro Vidro Lua Ponte Ilha
    Floresta Carta Testemunha Promessa Ladrão Órfão Lobo Corvo Verão Fronteira Trem Noite Osso Poeira Mel`),
  places: words('Lisboa Osaka Marselha Viena Nápoles Sevilha Mumbai Busan Chicago Dublin Havana Tânger'),
  names: words('Clara Daniel Rute Marcos Inês Vítor Nora Elias Mara Téo'),
  titlePatterns: [
    '{a} e {b} em {place}',
    '{place}: {a} e {b}',
    '{a} e {b}',
    '{a} sem {b}',
    'Entre {a} e {b}',
    'Nem {a} nem {b}',
    '{a} ou {b}',
    '{a} de {place}',
    'Depois de {a}',
    'Antes de {a}',
    '{a}',
  ],
  sentences: [
    'Quando {name} volta a {place} depois de dez anos, nada está onde ficou.',
    'Uma carta que ninguém devia abrir arrasta {name} para a briga de duas famílias.',
    'Na véspera do julgamento, {name} precisa escolher entre a verdade e uma velha amizade.',
    'Em algum lugar de {place}, alguém vive com o nome de {name}.',
    'A polícia fala em acidente; para {name}, é apenas o primeiro.',
    'O que começa em {place} como um trabalho de verão vira uma corrida contra o tempo.',
    'Todos em {place} conhecem a história de “{a}”, mas só uma pessoa sabe como termina.',
    'Uma descoberta sob a velha estação ameaça anos de silêncio.',
  ],
};
