import { lazy, type ReactElement, Suspense, useSyncExternalStore } from 'react';

import { telling } from './tell.js';

const Notices = lazy(async () => ({ default: (await import('./notices.js')).Notices }));

/** The place of what is told, once there is something. */
export function Told(): ReactElement | null {
  const isNeeded = useSyncExternalStore(telling.subscribe, telling.isNeeded);
  if (!isNeeded) return null;
  return (
    <Suspense>
      <Notices />
    </Suspense>
  );
}
