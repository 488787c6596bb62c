/** 600 characters of the kind that TMDB's English overviews are. */
export const englishOverview =
  'After a devastating storm cuts the tiny coastal town of Harrow Bay off from the mainland, a retired detective ' +
  'discovers that the stranger rescued from the wreck of a fishing boat is wanted for a murder that was never ' +
  'reported. While the water rises and old friends begin to turn against each other, she has only one night to learn ' +
  'who is telling the truth, why the lighthouse keeper has vanished, and what her own late husband had to do with the ' +
  'money hidden beneath the chapel floor. Torn between loyalty and justice, she must decide who she can trust ' +
  'before the morning ferry brings the law ashore.';

/** The same story's beginning, three bytes a character. */
export const japaneseOverview =
  '激しい嵐が小さな海辺の町を本土から切り離した夜、引退した刑事は、難破した漁船から救い出された見知らぬ男が、届け出のない殺人の' +
  '容疑者であることを知る。水かさが増し、古い友人たちが互いに疑い始めるなか、彼女に残された時間は一晩だけ。誰が真実を語っているのか、' +
  '灯台守はなぜ姿を消したのか、そして亡き夫は教会の床下に隠された金とどう関わっていたのか。忠誠と正義のあいだで揺れながら、彼女は朝の船が着く前に決断を迫られる。';
