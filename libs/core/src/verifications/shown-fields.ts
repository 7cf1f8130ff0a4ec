import { type Identity } from '@gatehouse/contract';

/** Which facts of a person somebody was shown, without the facts: `person.firstName`, `documents.number`. Sorted. */
export function shownFields(identity: Identity): readonly string[] {
  const { person, documents, liveness, risk, consent } = identity;
  const shown = [
    ...named('person', person),
    // What OCR found is named by the vendor's own words.
    ...documents.flatMap(({ ocr, checks, ...document }) => [
      ...named('documents', document),
      ...(Object.keys(ocr).length > 0 ? ['documents.ocr'] : []),
      ...(checks.faceMatch.passed !== null || checks.classification.passed !== null
        ? ['documents.checks']
        : []),
    ]),
    ...(liveness.passed !== null || liveness.score !== null ? ['liveness'] : []),
    ...(risk.level !== null ? ['risk'] : []),
    ...(consent !== null ? ['consent'] : []),
  ];
  return [...new Set(shown)].sort();
}

function named(of: string, facts: object): readonly string[] {
  return Object.entries(facts)
    .filter(([, value]) => value !== null)
    .map(([name]) => `${of}.${name}`);
}
