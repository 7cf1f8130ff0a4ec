import '@mantine/notifications/styles.css';

import { Notifications } from '@mantine/notifications';
import { type ReactElement } from 'react';

export { notifications } from '@mantine/notifications';

/** Where what was told is shown. */
export function Notices(): ReactElement {
  return <Notifications position="bottom-right" />;
}
