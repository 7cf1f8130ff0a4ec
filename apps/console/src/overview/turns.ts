let last: Promise<void> = Promise.resolve();

/**
 * Calls `act` once the page has been painted after all who asked before: what takes long to draw comes one piece after the other, and the
 * page answers in between. Returns how to call it off.
 */
export function takeTurn(act: () => void): () => void {
  let isCalledOff = false;
  last = last.then(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => {
          setTimeout(() => {
            if (!isCalledOff) act();
            resolve();
          });
        });
      }),
  );
  return () => {
    isCalledOff = true;
  };
}
