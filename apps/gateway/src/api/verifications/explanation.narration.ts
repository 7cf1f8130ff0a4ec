import { type Explanation, type Link } from '@gatehouse/core';

import {
  ASIDE_WORDS,
  because,
  OBSTACLE_WORDS,
  providerWords,
  STATUS_WORDS,
  timeWords,
} from './explanation.words.js';

/** Sentences about links; a person reading aloud does not want more, and the chain has them all. */
const MOST = 40;

/** Why a verification is where it is, in sentences that can be read out. Pure; names nobody. */
export function narrate(explanation: Explanation): readonly string[] {
  const provider = providerWords(explanation.provider);
  const steps = explanation.chain.filter(isTelling).map((link) => sentenceOf(link, provider));
  const runs = withoutRepeats(steps);
  const told = runs.slice(-MOST);
  const isCut = !explanation.isComplete || told.length < runs.length;
  return [
    routingSentence(explanation, provider),
    ...(isCut ? ['Earlier steps are left out here.'] : []),
    ...told,
    conclusion(explanation),
  ];
}

interface Step {
  readonly at: string;
  readonly says: string;
}

/** What happens again and again, as reads of a provider that is down, is said once. */
function withoutRepeats(steps: readonly Step[]): readonly string[] {
  const runs: (Step & { readonly times: number })[] = [];
  for (const step of steps) {
    const last = runs.at(-1);
    if (last?.says === step.says) runs.splice(-1, 1, { ...last, times: last.times + 1 });
    else runs.push({ ...step, times: 1 });
  }
  return runs.map(
    ({ at, says, times }) => `${at}: ${says}${times === 1 ? '' : ` (${times} times in a row)`}`,
  );
}

function isTelling({ outcome, reason, what }: Link): boolean {
  if (outcome === 'recorded') return what === 'webhook' || what === 'return';
  return outcome !== 'set_aside' || reason !== 'repeated';
}

function routingSentence({ routing, provider: name }: Explanation, provider: string): string {
  const { policyVersion, reason, record } = routing;
  const chosen = chosenBy(reason, policyVersion, record?.rule ?? null, provider);
  const skipped = (record?.skipped ?? []).map(
    (one) => `${providerWords(one.provider)} was passed over, because ${OBSTACLE_WORDS[one.why]}.`,
  );
  const failed = (record?.attempts ?? [])
    .filter((one) => one.provider !== name)
    .map((one) => `${providerWords(one.provider)} was asked first and failed (${one.fault}).`);
  return [chosen, ...skipped, ...failed].join(' ');
}

function chosenBy(reason: string, version: number | null, rule: number | null, provider: string): string {
  if (version === null) return `The verification was taken over from ${provider}, by an import.`;
  const policy = `Version ${version} of the routing policy`;
  switch (reason) {
    case 'rule':
      return `${policy} chose ${provider}, by its rule ${rule ?? 0} (counted from 0).`;
    case 'fallback':
      return `${policy} chose ${provider} as a fallback.`;
    case 'caller_choice':
      return `The caller named ${provider}, which version ${version} of the routing policy allows.`;
    default:
      return `${policy} chose ${provider}, its default.`;
  }
}

function sentenceOf(link: Link, provider: string): Step {
  return { at: timeWords(link.at), says: `${subjectOf(link, provider)}${outcomeWords(link, provider)}` };
}

function subjectOf(link: Link, provider: string): string {
  switch (link.what) {
    case 'created':
      return 'The verification was asked for';
    case 'imported':
      return `The person’s record at ${provider} was taken over`;
    case 'rerouted':
      return `The first provider failed before the person was asked anything, so ${provider} was asked instead`;
    case 'started':
      return `${provider} began it`;
    case 'start_failed':
      return `The start at ${provider} failed`;
    case 'link_renewed':
      return 'The person was given a new link';
    case 'contact_corrected':
      return 'The person’s contact was corrected';
    case 'read':
      return `${provider} was read`;
    case 'remap':
      return `What ${provider} had answered was read anew, by ${mappingWords(link)}`;
    case 'read_failed':
      return `${provider} could not be read (${link.fault ?? 'our own configuration'})`;
    case 'absent':
      return `${provider} was read and had nothing`;
    case 'gone':
      return `${provider} no longer has the record`;
    case 'superseded':
      return `${provider} was read, and its result is a newer verification’s`;
    case 'foreign':
      return `${provider} answered with somebody else`;
    case 'webhook':
      return webhookWords(link, provider);
    case 'return':
      return 'The person’s browser came back';
    case 'unshared':
      return 'There was no identity to share';
    case 'deadline':
      return 'The time was up';
    case 'cancel':
      return 'It was called off';
    case 'decision':
      return 'A reviewer decided';
  }
}

function webhookWords({ authenticity, event, claim }: Link, provider: string): string {
  const proof = authenticity === null ? '' : `, proven by ${authenticity},`;
  const says =
    claim === null ? `told of ${event ?? 'an event'}` : `claimed that the person is ${STATUS_WORDS[claim]}`;
  return `A webhook of ${provider}${proof} ${says}`;
}

function mappingWords({ mappingVersion, formerMappingVersion }: Link): string {
  if (mappingVersion === formerMappingVersion) return 'other settings';
  return `version ${mappingVersion ?? '?'} of the mapping instead of ${formerMappingVersion ?? '?'}`;
}

function outcomeWords(link: Link, provider: string): string {
  switch (link.outcome) {
    case 'applied':
      return `${moveWords(link)}.`;
    case 'contradicted':
      return `. ${provider}’s own answer later did not bear that out.`;
    case 'set_aside':
      return `. It was set aside${link.reason === null ? '' : `, because ${ASIDE_WORDS[link.reason]}`}.`;
    case 'pending':
      return '. It is stored and waits to be applied.';
    case 'recorded':
      return '. That is a hint, which a read has to confirm.';
    case 'failed':
      return ', and the status stayed as it was.';
  }
}

function moveWords({ statusBefore, statusAfter, reasonCodes }: Link): string {
  if (statusBefore === null || statusAfter === null) return '';
  const why = because(reasonCodes ?? []);
  if (statusBefore === statusAfter) return ` and it stayed ${STATUS_WORDS[statusAfter]}${why}`;
  return `, and the status went from ${STATUS_WORDS[statusBefore]} to ${STATUS_WORDS[statusAfter]}${why}`;
}

function conclusion({ status, reasonCodes, version, chain }: Explanation): string {
  const decisive = chain.find(({ isDecisive }) => isDecisive);
  const since = decisive === undefined ? '' : ` since ${timeWords(decisive.at)}`;
  return `The verification is ${STATUS_WORDS[status]}${since} (version ${version})${because(reasonCodes)}.`;
}
