import { useEffect, useEffectEvent } from 'react';

/** What keys do in the queue. */
export interface ReviewKeys {
  readonly next: () => void;
  readonly previous: () => void;
  readonly approve: () => void;
  readonly reject: () => void;
  readonly help: () => void;
}

const ACTIONS: Readonly<Record<string, keyof ReviewKeys>> = {
  j: 'next',
  ArrowDown: 'next',
  k: 'previous',
  ArrowUp: 'previous',
  a: 'approve',
  r: 'reject',
  '?': 'help',
};

/** Listens while nothing is typed into and no dialog is open. Who dictates or uses a switch can turn it off. */
export function useReviewKeys(keys: ReviewKeys, isOn: boolean): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const action = ACTIONS[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target))
      return;
    event.preventDefault();
    keys[action]();
  });
  useEffect(() => {
    if (!isOn) return undefined;
    const listener = (event: KeyboardEvent): void => {
      onKey(event);
    };
    window.addEventListener('keydown', listener);
    return () => {
      window.removeEventListener('keydown', listener);
    };
  }, [isOn]);
}

function isBusy(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"]') !== null) return true;
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], [role="menu"], [role="listbox"]') !== null
  );
}
