import { base64Files, EncodedFile } from '../kit/encoded-files.js';
import { pdf } from '../kit/pdf.js';
import { type DentityAccount, type Verification } from './dentity.state.js';

const HOUR_MS = 3_600_000;

/** Only within 24 hours after the IDV was completed, and only for some agents (providers/dentity.md 4.3). */
export function isPdfAvailable(account: DentityAccount, verification: Verification): boolean {
  if (!account.switches.pdf || verification.completedAt === null) return false;
  const age = account.clock.now().getTime() - verification.completedAt.getTime();
  return age <= account.switches.pdfWindowHours * HOUR_MS;
}

/** The report as base64; its label says whether it has confidences. */
export function pdfReport(
  account: DentityAccount,
  verification: Verification,
  confidences: boolean,
): EncodedFile {
  const { pdfBytes } = account.switches;
  const label = confidences ? 'report/confidences' : 'report';
  const lines = [
    'Identity verification (simulated)',
    `Verification ${verification.id}`,
    `Status ${verification.status}`,
    `Name ${verification.user.fullName}`,
    ...(confidences ? ['Confidence scores: document 0.98, face match 0.96, liveness 0.97'] : []),
  ];
  const key = `pdf/${pdfBytes}/${label}/${lines.join('/')}`;
  return new EncodedFile(base64Files.get(key, () => pdf(lines, label, pdfBytes)));
}
