/** What `act` throws; fails when it throws nothing. */
export function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error, but nothing was thrown');
}

/** What `promise` is rejected with; fails when it is fulfilled. */
export function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('expected a rejection, but the promise was fulfilled');
    },
    (error: unknown) => error,
  );
}
