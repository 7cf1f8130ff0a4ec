/** For a call to a gateway that may be killed meanwhile: no answer is null. Any other failure, as of an answer that is not as the API describes it, is thrown. */
export function nullIfHungUp(error: unknown): null {
  // As `fetch` says that a connection was refused or has broken.
  if (error instanceof TypeError) return null;
  throw error;
}
