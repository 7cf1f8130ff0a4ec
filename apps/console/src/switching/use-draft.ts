import { useState } from 'react';

import { type FieldError } from '../api/problem.js';
import { type JsonFault } from './json-fault.js';
import { draftOf, type Policy } from './policy.js';
import { policyText, readPolicy } from './policy-json.js';
import { type Versions } from './versions.js';

/** A policy that somebody is at work on, as a form and as a text that say the same. */
export interface Draft {
  /** The newest that the text could be read as. */
  readonly policy: Policy;
  readonly text: string;
  readonly fault: JsonFault | null;
  readonly errors: readonly FieldError[];
  /** The newest accepted version when the work began. */
  readonly basedOn: number;
}

export interface DraftWork {
  readonly draft: Draft;
  readonly isTouched: boolean;
  readonly edit: (policy: Policy) => void;
  readonly write: (text: string) => void;
  /** Back to what is in force now. */
  readonly discard: () => void;
  /** On with the work, on top of what was accepted meanwhile. */
  readonly carryOn: () => void;
}

/** Until somebody touches it, it follows the version in force. */
export function useDraft(versions: Versions): DraftWork {
  const [touched, setTouched] = useState<Draft | null>(null);
  const draft = touched ?? draftAt(versions);
  return {
    draft,
    isTouched: touched !== null,
    edit: (policy) => {
      setTouched({ ...draft, policy, text: policyText(policy), fault: null, errors: [] });
    },
    write: (text) => {
      const reading = readPolicy(text);
      const unread = { ...draft, text, fault: null, errors: [] };
      switch (reading.kind) {
        case 'policy':
          setTouched({ ...unread, policy: reading.policy });
          return;
        case 'unparsed':
          setTouched({ ...unread, fault: reading.fault });
          return;
        case 'misshapen':
          setTouched({ ...unread, errors: reading.errors });
      }
    },
    discard: () => {
      setTouched(null);
    },
    carryOn: () => {
      setTouched({ ...draft, basedOn: versions.accepted });
    },
  };
}

function draftAt({ inForce, accepted }: Versions): Draft {
  const policy = draftOf(inForce?.policy ?? null);
  return { policy, text: policyText(policy), fault: null, errors: [], basedOn: accepted };
}
