import { useSuspenseQuery } from '@tanstack/react-query';
import { type ReactElement, type ReactNode, useState } from 'react';

import { sessionQuery } from './session.js';
import { SessionContext } from './use-session.js';

/** For the pages that nobody else sees. They stay whole while a session that has ended gives way to the page to sign in at. */
export function SessionScope({ children }: { readonly children: ReactNode }): ReactElement {
  const { data } = useSuspenseQuery(sessionQuery);
  const [session] = useState(data);
  return <SessionContext value={session}>{children}</SessionContext>;
}
