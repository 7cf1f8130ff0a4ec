import { type Schemas } from '../api/client.js';
import { momentWords } from './use-place-facts.js';

/** What a write of the policy answered: it is accepted, or waits for somebody else. */
export function tellWritten(written: Schemas['RoutingPolicy'] | Schemas['PolicyVersion']): {
  title: string;
  message: string;
} {
  if ('object' in written) {
    return {
      title: `Proposed as version ${written.version}`,
      message: 'Nothing changes before another admin or approver lets it come into force.',
    };
  }
  return written.effectiveAt !== null && Date.parse(written.effectiveAt) > Date.now()
    ? {
        title: 'The switch is planned',
        message: `It comes into force on ${momentWords(written.effectiveAt)}.`,
      }
    : { title: 'Switched', message: 'New verifications go by the new policy within a second.' };
}
