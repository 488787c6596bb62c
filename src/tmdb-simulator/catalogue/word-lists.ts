/** A language the simulator can write in, by ISO 639-1. */
export type WrittenLanguage = 'en' | 'de' | 'fr' | 'es' | 'it' | 'pt' | 'ja' | 'ko' | 'hi';

/**
 * The words of one language. `nouns`, `places`, `names` and `titlePatterns` are in the same order in every language, so
 * that the same random numbers give a title and its translations. Patterns hold `{a}`, `{b}`, `{place}`; sentences also
 * `{name}`.
 */
export type WordList = {
  nouns: readonly string[];
  places: readonly string[];
  names: readonly string[];
  titlePatterns: readonly string[];
  sentences: readonly string[];
};

/** The words of each language; titles exist in these languages only. */
export const wordLists: Readonly<Record<WrittenLanguage, WordList>> = {
  en: {
    nouns:
      words(`Winter Harbor Lantern Silence River Fire Snow Mirror Shadow Garden Storm Salt Iron Glass Moon Bridge Island Forest
      Letter Witness Promise Thief Orphan Wolf Crow Summer Border Train Night Bone Dust Honey`),
    places: words(`Lisbon Osaka Marseille Vienna Naples Seville Mumbai Busan Chicago Dublin Havana Tangier`),
    names: words(`Clara Daniel Ruth Marcus Ines Victor Nora Elias Mara Theo`),
    titlePatterns:
      phrases(`{a} and {b} in {place} | {place}: {a} and {b} | {a} and {b} | {a} Without {b} | Between {a} and {b} |
      Neither {a} nor {b} | {a} or {b} | {a} of {place} | After {a} | Before {a} | {a}`),
    sentences: [
      'When {name} returns to {place} after ten years away, nothing is where it was left.',
      'A letter that was never meant to be opened draws {name} into a quarrel between two families.',
      'With one night left before the trial, {name} has to choose between the truth and the only friend who stayed.',
      "Somewhere in {place}, a stranger is using {name}'s name.",
      'The police call it an accident; {name} calls it the first of many.',
      'What begins as a summer job in {place} turns into a race against people who do not forgive.',
      'Old promises are broken, new ones are made, and nobody in {place} sleeps well.',
      '{name} trusts no one, least of all the partner who came with the case.',
      'Everybody in {place} knows the story of “{a}”, but only one of them knows how it ends.',
      'A discovery under the old station threatens to undo years of careful silence.',
      'To save what is left of the family, {name} makes a bargain that cannot be taken back.',
      'As winter closes the roads, the few who remain must decide whom to believe.',
    ],
  },
  de: {
    nouns:
      words(`Winter Hafen Laterne Stille Fluss Feuer Schnee Spiegel Schatten Garten Sturm Salz Eisen Glas Mond Brücke Insel Wald
      Brief Zeuge Versprechen Dieb Waise Wolf Krähe Sommer Grenze Zug Nacht Knochen Staub Honig`),
    places: words(`Lissabon Osaka Marseille Wien Neapel Sevilla Mumbai Busan Chicago Dublin Havanna Tanger`),
    names: words(`Klara Daniel Ruth Markus Ines Viktor Nora Elias Mara Theo`),
    titlePatterns:
      phrases(`{a} und {b} in {place} | {place}: {a} und {b} | {a} und {b} | {a} ohne {b} | Zwischen {a} und {b} |
      Weder {a} noch {b} | {a} oder {b} | {a} von {place} | Nach {a} | Vor {a} | {a}`),
    sentences: [
      'Als {name} nach zehn Jahren nach {place} zurückkehrt, ist nichts mehr dort, wo es einmal war.',
      'Ein Brief, den niemand öffnen sollte, zieht {name} in den Streit zweier Familien hinein.',
      'Eine Nacht vor dem Prozess muss {name} sich zwischen der Wahrheit und einer alten Freundschaft entscheiden.',
      'Irgendwo in {place} lebt jemand unter falschem Namen: dem von {name}.',
      'Die Polizei spricht von einem Unfall, {name} vom ersten von vielen.',
      'Was in {place} als Ferienarbeit beginnt, wird zur Flucht vor Menschen, die nicht verzeihen.',
      'Alte Versprechen werden gebrochen, neue gegeben, und in {place} schläft niemand mehr gut.',
      'In {place} kennt jeder die Geschichte von „{a}“, doch nur einer weiß, wie sie ausgeht.',
      'Ein Fund unter dem alten Bahnhof bringt Jahre sorgsamen Schweigens in Gefahr.',
      'Um zu retten, was von der Familie übrig ist, lässt {name} sich auf einen Handel ein.',
    ],
  },
  fr: {
    nouns:
      words(`Hiver Port Lanterne Silence Rivière Feu Neige Miroir Ombre Jardin Orage Sel Fer Verre Lune Pont Île Forêt Lettre
      Témoin Promesse Voleur Orphelin Loup Corbeau Été Frontière Train Nuit Os Poussière Miel`),
    places: words(`Lisbonne Osaka Marseille Vienne Naples Séville Bombay Busan Chicago Dublin Cuba Tanger`),
    names: words(`Claire Daniel Ruth Marc Inès Victor Nora Élias Mara Théo`),
    titlePatterns:
      phrases(`{a} et {b} à {place} | {place} : {a} et {b} | {a} et {b} | {a} sans {b} | Entre {a} et {b} | Ni {a} ni {b} |
      {a} ou {b} | {a} de {place} | Après {a} | Avant {a} | {a}`),
    sentences: [
      'Lorsque {name} revient à {place} après dix ans d’absence, plus rien n’est à sa place.',
      'Une lettre que personne ne devait ouvrir entraîne {name} dans la querelle de deux familles.',
      'À la veille du procès, {name} doit choisir entre la vérité et une amitié de toujours.',
      'Quelque part à {place}, quelqu’un vit sous le nom de {name}.',
      'La police parle d’un accident ; pour {name}, ce n’est que le premier.',
      'Ce qui commence à {place} comme un simple travail d’été devient une course contre la montre.',
      'Tout le monde à {place} connaît l’histoire de « {a} », mais une seule personne en connaît la fin.',
      'Une découverte sous la vieille gare menace des années de silence.',
      'Pour sauver ce qui reste de sa famille, {name} conclut un marché sans retour.',
    ],
  },
  es: {
    nouns:
      words(`Invierno Puerto Farol Silencio Río Fuego Nieve Espejo Sombra Jardín Tormenta Sal Hierro Cristal Luna Puente Isla
      Bosque Carta Testigo Promesa Ladrón Huérfano Lobo Cuervo Verano Frontera Tren Noche Hueso Polvo Miel`),
    places: words(`Lisboa Osaka Marsella Viena Nápoles Sevilla Bombay Busan Chicago Dublín Cuba Tánger`),
    names: words(`Clara Daniel Rut Marcos Inés Víctor Nora Elías Mara Teo`),
    titlePatterns:
      phrases(`{a} y {b} en {place} | {place}: {a} y {b} | {a} y {b} | {a} sin {b} | Entre {a} y {b} | Ni {a} ni {b} | {a} o {b} |
      {a} de {place} | Después de {a} | Antes de {a} | {a}`),
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
  },
  it: {
    nouns:
      words(`Inverno Porto Lanterna Silenzio Fiume Fuoco Neve Specchio Ombra Giardino Tempesta Sale Ferro Vetro Luna Ponte Isola
      Bosco Lettera Testimone Promessa Ladro Orfano Lupo Corvo Estate Confine Treno Notte Osso Polvere Miele`),
    places: words(`Lisbona Osaka Marsiglia Vienna Napoli Siviglia Mumbai Busan Chicago Dublino Cuba Tangeri`),
    names: words(`Chiara Daniele Rut Marco Ines Vittorio Nora Elia Mara Teo`),
    titlePatterns:
      phrases(`{a} e {b} a {place} | {place}: {a} e {b} | {a} e {b} | {a} senza {b} | Tra {a} e {b} | Né {a} né {b} | {a} o {b} |
      {a} di {place} | Dopo {a} | Prima di {a} | {a}`),
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
  },
  pt: {
    nouns:
      words(`Inverno Porto Lanterna Silêncio Rio Fogo Neve Espelho Sombra Jardim Tempestade Sal Ferro Vidro Lua Ponte Ilha Floresta
      Carta Testemunha Promessa Ladrão Órfão Lobo Corvo Verão Fronteira Trem Noite Osso Poeira Mel`),
    places: words(`Lisboa Osaka Marselha Viena Nápoles Sevilha Mumbai Busan Chicago Dublin Havana Tânger`),
    names: words(`Clara Daniel Rute Marcos Inês Vítor Nora Elias Mara Téo`),
    titlePatterns:
      phrases(`{a} e {b} em {place} | {place}: {a} e {b} | {a} e {b} | {a} sem {b} | Entre {a} e {b} | Nem {a} nem {b} | {a} ou {b} |
      {a} de {place} | Depois de {a} | Antes de {a} | {a}`),
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
  },
  ja: {
    nouns: words(
      `冬 港 提灯 静寂 川 炎 雪 鏡 影 庭 嵐 塩 鉄 硝子 月 橋 島 森 手紙 証人 約束 泥棒 孤児 狼 烏 夏 国境 列車 夜 骨 塵 蜜`,
    ),
    places: words(`リスボン 大阪 マルセイユ ウィーン ナポリ セビリア ムンバイ 釜山 シカゴ ダブリン ハバナ タンジール`),
    names: words(`葵 大輔 瑠璃 誠 直美 健 紀子 蓮 真央 翔太`),
    titlePatterns:
      phrases(`{place}の{a}と{b} | {place}：{a}と{b} | {a}と{b} | {b}のない{a} | {a}と{b}の間 | {a}でも{b}でもなく | {a}か{b}か | {place}の{a} |
      {a}のあとで | {a}の前に | {a}`),
    sentences: [
      '十年ぶりに{place}へ戻った{name}を待っていたのは、見知らぬ町の姿だった。',
      '開けてはならない一通の手紙が、{name}を二つの家族の争いへと巻き込んでいく。',
      '裁判の前夜、{name}は真実と古い友情のどちらかを選ばなければならない。',
      '{place}のどこかで、誰かが{name}の名を使って暮らしている。',
      '警察は事故だと言うが、{name}はこれが始まりにすぎないと知っている。',
      '{place}では誰もが「{a}」の話を知っているが、その結末を知る者は一人しかいない。',
      '古い駅の地下で見つかったものが、長い沈黙を破ろうとしていた。',
      '家族を守るため、{name}は後戻りのできない取引に応じる。',
    ],
  },
  ko: {
    nouns: words(
      `겨울 항구 등불 침묵 강 불꽃 눈 거울 그림자 정원 폭풍 소금 강철 유리 달 다리 섬 숲 편지 목격자 약속 도둑 고아 늑대 까마귀 여름 국경 열차 밤 뼈 먼지 꿀`,
    ),
    places: words(`리스본 오사카 마르세유 빈 나폴리 세비야 뭄바이 부산 시카고 더블린 아바나 탕헤르`),
    names: words(`지우 민준 서연 도윤 하은 태호 수아 현우 유나 준서`),
    titlePatterns:
      phrases(`{place}에서 {a} 그리고 {b} | {place}: {a} 그리고 {b} | {a} 그리고 {b} | {b} 없는 {a} | {a} 사이 {b} | {a}도 {b}도 아닌 | {a} 또는 {b} |
      {place}의 {a} | {a} 이후 | {a} 이전 | {a}`),
    sentences: [
      '십 년 만에 {place}에 돌아온 {name}. 그러나 모든 것이 예전의 자리에 없다.',
      '아무도 열어서는 안 되는 편지 한 통 때문에 {name}의 일상은 두 집안의 싸움에 휘말린다.',
      '재판을 하루 앞둔 밤, {name}에게는 진실과 오랜 우정 중 하나만 남는다.',
      '{place} 어딘가에서 누군가 {name}의 이름으로 살고 있다.',
      '경찰은 사고라고 말하지만, {name}에게 이것은 시작일 뿐이다.',
      '{place} 사람이라면 누구나 ‘{a}’ 이야기를 알지만, 그 끝을 아는 사람은 단 한 명뿐이다.',
      '오래된 역 지하에서 발견된 물건이 긴 침묵을 깨뜨린다.',
      '가족을 지키기 위해 {name}의 되돌릴 수 없는 거래가 시작된다.',
    ],
  },
  hi: {
    nouns: words(`सर्दी बंदरगाह लालटेन ख़ामोशी नदी आग बर्फ़ आईना परछाईं बगीचा तूफ़ान नमक लोहा काँच चाँद पुल द्वीप जंगल चिट्ठी गवाह वादा
      चोर अनाथ भेड़िया कौआ गर्मी सरहद रेलगाड़ी रात हड्डी धूल शहद`),
    places: words(`लिस्बन ओसाका मार्सेय वियना नेपल्स सेविले मुंबई बुसान शिकागो डबलिन हवाना तंजीर`),
    names: words(`काव्या दानिश रूही मानव इशा विक्रम नंदिनी एलियास मीरा तन्मय`),
    titlePatterns:
      phrases(`{place} में {a} और {b} | {place}: {a} और {b} | {a} और {b} | {b} बिना {a} | {a} और {b} के बीच | न {a} न {b} |
      {a} या {b} | {place} की {a} | {a} के बाद | {a} से पहले | {a}`),
    sentences: [
      'दस साल बाद जब {name} की {place} में वापसी होती है, तो कुछ भी पहले जैसा नहीं रहता।',
      'एक चिट्ठी, जिसे कभी खुलना नहीं था, {name} को दो परिवारों के झगड़े में खींच लेती है।',
      'मुक़दमे से एक रात पहले {name} को सच और पुरानी दोस्ती में से एक को चुनना है।',
      '{place} में कहीं कोई {name} के नाम से जी रहा है।',
      'पुलिस इसे हादसा कहती है, पर {name} के लिए यह केवल शुरुआत है।',
      '{place} में सब “{a}” की कहानी जानते हैं, पर उसका अंत सिर्फ़ एक इंसान को पता है।',
      'पुराने स्टेशन के नीचे मिली एक चीज़ बरसों की चुप्पी तोड़ देती है।',
      'परिवार को बचाने के लिए {name} को ऐसा सौदा करना पड़ता है, जिससे वापसी नहीं।',
    ],
  },
};

/** Whether the simulator has words for a language (ISO 639-1, lower case). */
export function isWrittenLanguage(language: string): language is WrittenLanguage {
  return Object.hasOwn(wordLists, language);
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** Phrases are separated by a bar; a line break within the text counts as one space. */
function phrases(text: string): readonly string[] {
  return text.split('|').map((phrase) => phrase.trim().replace(/\s+/g, ' '));
}
