import { AxeBuilder } from '@axe-core/playwright';
import { type Page } from 'playwright-core';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Colours in the middle of a transition are nobody's, and the end of one may begin the next: so a frame has to pass in which nothing moves.
 * What turns for ever is not waited for. Runs in the page, whose globals are not Node's: hence as text.
 */
const SETTLED = `(async () => {
  for (;;) {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const moving = document.getAnimations()
      .filter(({ effect }) => effect.getComputedTiming().iterations !== Infinity)
      .filter(({ playState }) => playState !== 'finished');
    if (moving.length === 0) return;
    await Promise.allSettled(moving.map(({ finished }) => finished));
  }
})()`;

/** What axe-core finds wrong with the page as it stands, in light and in dark, one line each. */
export async function accessibilityFaults(view: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await view.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await view.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
    await view.evaluate(SETTLED);
    const { violations } = await new AxeBuilder({ page: view })
      // Of what passes it tells nothing then, which takes it an eighth less time.
      .options({ resultTypes: ['violations'] })
      .withTags(RULES)
      .setLegacyMode()
      .analyze();
    for (const { id, help, nodes } of violations) {
      for (const { target, failureSummary = '' } of nodes)
        faults.push(`${colorScheme}: ${id} (${help}) at ${target.join(' ')}: ${failureSummary}`);
    }
  }
  return faults;
}
