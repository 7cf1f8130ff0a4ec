/** For a call to a gateway that may be killed meanwhile: no answer is null. Any other failure, as of an answer that is not as the API describes it, is thrown. */
export function nullIfHungUp(error: unknown): null {
  // As `fetch` says that a connection was refused or has broken. No question of `instanceof`: it is of another realm than Jest's.
  if (typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError')
    return null;
  throw error;
}
