import { type Output } from '../surroundings.js';
import { type Paint } from './paint.js';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** Nobody needs to be told to wait for less. */
const PATIENCE_MS = 300;
const CLEAR_LINE = '\r\u001B[K';

/** Shows at a terminal that something is under way, and for how long; nowhere else. */
export async function whileWaiting<T>(
  work: Promise<T>,
  what: () => string,
  { stream, paint, isShown }: { readonly stream: Output; readonly paint: Paint; readonly isShown: boolean },
): Promise<T> {
  if (!isShown || stream.isTTY !== true) return work;
  let frame = 0;
  const drawn: { isDirty: boolean } = { isDirty: false };
  const since = performance.now();
  const draw = setInterval(() => {
    const passed = performance.now() - since;
    if (passed < PATIENCE_MS) return;
    drawn.isDirty = true;
    frame = (frame + 1) % FRAMES.length;
    stream.write(
      `${CLEAR_LINE}${paint('cyan', FRAMES[frame] ?? '')} ${what()} ${paint('dim', `${Math.floor(passed / 1000)} s`)}`,
    );
  }, FRAME_MS);
  try {
    return await work;
  } finally {
    clearInterval(draw);
    if (drawn.isDirty) stream.write(CLEAR_LINE);
  }
}
