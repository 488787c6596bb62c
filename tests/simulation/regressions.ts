/**
 * Seeds that failed once, each with what it showed; every campaign runs them. When a simulation learns a new act, their histories go
 * another way: then the mutant, with seeds of its own, keeps what they showed.
 */
export const regressions: readonly { seed: number; showed: string }[] = [
  {
    seed: 11_714,
    showed:
      'the simulator set the clock of a worker that waited for its slots, where no fault had: a call began in a pause',
  },
  {
    seed: 20_114,
    showed: 'a retry took the slot that another job of its batch had left over, just as it came, and called in a pause',
  },
  { seed: 20_411, showed: 'the same by a first call, whose question to the breaker was slow' },
  {
    seed: 100_355,
    showed: 'copies of a deferred job were deferred each on its own and doubled, until the history did not end',
  },
  {
    seed: 314_503,
    showed: 'a row named genre 0, of which there is no feed: no weekly run and no refresh could be planned',
  },
  { seed: 303_980, showed: 'the invariant took the trials of two clocks, of which one had been set, for one' },
  { seed: 304_089, showed: 'the same' },
  {
    seed: 500_077,
    showed:
      'the one list that was there could not be read, and the recommendation that TMDB was asked for did not say so',
  },
  { seed: 500_791, showed: 'the same, where the list that stood in was there a moment later' },
  { seed: 500_973, showed: 'the same' },
  { seed: 502_290, showed: 'the same' },
  { seed: 502_483, showed: 'the same: a call for a list that no read had to make' },
  {
    seed: 637_461,
    showed:
      'a call had no token, and its check had one: the invariant knew of refusals only where TMDB had heard of them',
  },
  { seed: 639_736, showed: 'the same' },
  {
    seed: 639_893,
    showed: 'the invariant took a trial by a clock that had been set back for a call of its own',
  },
  {
    seed: 661_138,
    showed:
      'of two forms of a page one had become a dead letter after it was written; the invariant took it for the other, which was applied',
  },
  {
    seed: 666_226,
    showed:
      'an empty page gave way to titles that outweigh it, whose head was yet to come; the invariant missed its row',
  },
];
