import { type NotificationData } from '@mantine/notifications';

let isNeeded = false;
const waiting = new Set<() => void>();

/** Says in a corner of the page what was done. What shows it is loaded with the first that is told. */
export function tell(notice: NotificationData): void {
  void import('./notices.js').then(({ notifications }) => {
    isNeeded = true;
    for (const wake of waiting) wake();
    notifications.show(notice);
  });
}

/** For the place where it is shown: whether anything was told yet. */
export const telling = {
  subscribe: (wake: () => void): (() => void) => {
    waiting.add(wake);
    return () => {
      waiting.delete(wake);
    };
  },
  isNeeded: (): boolean => isNeeded,
};
