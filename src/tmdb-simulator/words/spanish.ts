import { type WordList, words } from './word-list.ts';

/** Spanish. */
export const spanish: WordList = {
  nouns:
    words(`Invierno Puerto Farol Silencio Río Fuego Nieve Espejo Sombra Jardín Tormenta Sal Hierro Cristal Luna Puente
    Isla Bosque Carta Testigo Promesa Ladrón Huérfano Lobo Cuervo Verano Frontera Tren Noche Hueso Polvo Miel`),
  places: words('Lisboa Osaka Marsella Viena Nápoles Sevilla Bombay Busan Chicago Dublín Cuba Tánger'),
  names: words('Clara Daniel Rut Marcos Inés Víctor Nora Elías Mara Teo'),
  titlePatterns: [
    '{a} y {b} en {place}',
    '{place}: {a} y {b}',
    '{a} y {b}',
    '{a} sin {b}',
    'Entre {a} y {b}',
    'Ni {a} ni {b}',
    '{a} o {b}',
    '{a} de {place}',
    'Después de {a}',
    'Antes de {a}',
    '{a}',
  ],
  sentences: [
    'Cuando {name} vuelve a {place} después de diez años, nada está donde lo dejó.',
    'Una carta que nadie debía abrir arrastra a {name} a la disputa de dos familias.',
    'En la víspera del juicio, {name} tiene que elegir entre la verdad y una vieja amistad.',
    'En algún lugar de {place}, alguien vive con el nombre de {name}.',
    'La policía habla de un accidente; para {name} es solo el primero.',
    'Lo que empieza en {place} como un trabajo de verano acaba en una carrera contra el tiempo.',
    'Todos en {place} conocen la historia de «{a}», pero solo una persona sabe cómo termina.',
    'Un hallazgo bajo la vieja estación amenaza con romper años de silencio.',
    'Para salvar lo que queda de su familia, {name} hace un trato que no tiene vuelta atrás.',
  ],
};
