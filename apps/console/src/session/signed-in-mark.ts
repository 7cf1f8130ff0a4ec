const MARK = 'gatehouse.signed-in';

/**
 * Whether there may be a session: no script can read its cookie, and asking for one where there is none is an error that the browser
 * reports to everybody who opens the console. It names nobody and opens nothing.
 */
export function isMarked(): boolean {
  try {
    return localStorage.getItem(MARK) !== null;
  } catch {
    // The browser keeps nothing for us, so only asking tells.
    return true;
  }
}

/** Somebody has signed in, in this browser. */
export function mark(): void {
  try {
    localStorage.setItem(MARK, '1');
  } catch {
    // As above; or it is full, and the console asks for the key again after a reload.
  }
}

export function unmark(): void {
  try {
    localStorage.removeItem(MARK);
  } catch {
    // As above.
  }
}
