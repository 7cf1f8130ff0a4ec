import { type Schemas } from '../api/client.js';
import { counted } from '../kit/quantity.js';

type Preview = Schemas['RoutingPreview'];

const AND = new Intl.ListFormat('en');

/** What a policy would have done, in a sentence. `title` names a provider as people know it. */
export function previewSentence(preview: Preview, title: (provider: string) => string): string {
  const { days, examined, isComplete, unserved, unreadable } = preview;
  const span = `in the last ${days === 1 ? 'day' : `${days} days`}`;
  if (examined === 0) return `Nobody was verified ${span}, so there is nobody to try it on.`;
  const looked = `Of ${isComplete ? '' : 'the newest '}${counted(examined)} ${span}`;
  const going = destinations(preview).map(([provider, verifications]) => ({
    provider: title(provider),
    verifications: counted(verifications),
  }));
  const [first, ...others] = going;
  const moving =
    first === undefined
      ? 'none would go elsewhere'
      : AND.format([
          `${first.verifications} would go to ${first.provider}`,
          ...others.map(({ provider, verifications }) => `${verifications} to ${provider}`),
        ]);
  const left = unserved.reduce((sum, { verifications }) => sum + verifications, 0);
  const reasons = [...new Set(unserved.map(({ detail }) => detail.replace(/\.$/u, '')))];
  const failing = left === 0 ? '' : `; ${counted(left)} could not be served, because: ${reasons.join('; ')}`;
  const erased =
    unreadable === 0
      ? ''
      : ` ${counted(unreadable)} ${unreadable === 1 ? 'is' : 'are'} erased, so that nobody knows what was asked.`;
  return `${looked}, ${moving}${failing}.${erased}`;
}

/** How many would have gone to each provider from elsewhere, the most first. */
function destinations({ moves }: Preview): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const { to, verifications } of moves) sums.set(to, (sums.get(to) ?? 0) + verifications);
  return [...sums].sort(([, one], [, other]) => other - one);
}
