import { type EncodedFile } from '../kit/encoded-files.js';
import { type ImageKind, imageDataUri } from '../kit/images.js';
import { SENTINEL_DOCUMENTS, type SentinelDocument } from './sentinel.settings.js';
import { type CustomerRecord, type DocumentRecord, type SentinelAccount } from './sentinel.state.js';

export type ImageDetail = 'full' | 'trimmed' | 'none';

/** Webhooks name documents in snake_case, the API in camelCase (providers/sentinel.md 7, trap 6). */
export const SNAKE_CASE: Readonly<Record<SentinelDocument, string>> = {
  passport: 'passport',
  emiratesId: 'emirates_id',
  egyptNationalId: 'egypt_national_id',
};

/** `data` of a status reply (providers/sentinel.md 5.3, 5.4). */
export function resultView(
  account: SentinelAccount,
  customer: CustomerRecord,
  images: ImageDetail,
): Record<string, unknown> {
  const picture = pictures(account, images);
  const selfie = picture('selfie');
  const noFaces = account.switches.facesWithoutImages === 'null' ? null : [];
  return {
    ...identityView(account, customer),
    isLive: customer.isLive,
    isLiveScore: score(account, customer.isLiveScore),
    isLiveFaces: selfie === null ? noFaces : [selfie],
    idFace: picture('face'),
    ...documentEntry(account, customer, 'emiratesId', 'emiratesId', images),
    ...documentEntry(account, customer, 'passport', account.switches.passportKey, images),
    ...(customer.documents.egyptNationalId === undefined
      ? {}
      : documentEntry(account, customer, 'egyptNationalId', account.switches.egyptNationalIdKey, images)),
    createdAt: customer.createdAt.toISOString(),
    updatedAt: customer.updatedAt.toISOString(),
  };
}

/** A row of the list: no images, and which documents have expired (providers/sentinel.md 5.5). */
export function rowView(account: SentinelAccount, customer: CustomerRecord): Record<string, unknown> {
  const snake = account.switches.expiredIdsCase === 'snake';
  return {
    ...resultView(account, customer, 'none'),
    expiredIds: expiredDocuments(account, customer).map((name) => (snake ? SNAKE_CASE[name] : name)),
  };
}

export function expiredDocuments(account: SentinelAccount, customer: CustomerRecord): SentinelDocument[] {
  const today = account.clock.now().toISOString().slice(0, 10);
  return SENTINEL_DOCUMENTS.filter((name) => {
    const document = customer.documents[name];
    return document !== undefined && document.dateOfExpiry < today;
  });
}

function identityView(account: SentinelAccount, customer: CustomerRecord): Record<string, unknown> {
  const { person } = customer;
  return {
    ...(account.switches.internalKeys
      ? { id: customer.id, clientId: 7, screeningPointer: `scr/${customer.id}`, _schema: 3 }
      : {}),
    uuid: customer.uuid,
    status: account.code(customer),
    name: person.firstName,
    surname: person.lastName,
    gender: person.gender,
    dateOfBirth: person.dateOfBirth,
    nationality: person.nationality,
    email: customer.email,
    phoneNumber: customer.phone,
  };
}

/** Each picture carries its label, such as `passport/front`; null where this answer has none. */
function pictures(
  account: SentinelAccount,
  images: ImageDetail,
): (label: string, kind?: ImageKind) => EncodedFile | null {
  if (images === 'none') return () => null;
  const bytes = images === 'full' ? account.switches.imageBytes : 0;
  return (label, kind = 'jpeg') => imageDataUri(label, bytes, kind);
}

function score(account: SentinelAccount, outOfHundred: number): number {
  return account.switches.scoreScale === 'hundred' ? outOfHundred : Math.round(outOfHundred * 10) / 1000;
}

function documentEntry(
  account: SentinelAccount,
  customer: CustomerRecord,
  name: SentinelDocument,
  key: string,
  images: ImageDetail,
): Record<string, unknown> {
  const document = customer.documents[name];
  if (document !== undefined) return { [key]: documentView(account, customer, name, document, images) };
  return account.switches.absentDocuments === 'null' ? { [key]: null } : {};
}

function documentView(
  account: SentinelAccount,
  customer: CustomerRecord,
  name: SentinelDocument,
  document: DocumentRecord,
  images: ImageDetail,
): Record<string, unknown> {
  const picture = pictures(account, images);
  const common = {
    dateOfIssue: document.dateOfIssue,
    dateOfExpiry: document.dateOfExpiry,
    idMatch: document.idMatch,
    idScore: score(account, document.idScore),
    idClassificationPassed: document.idClassificationPassed,
    frontImage: picture(`${name}/front`),
    backImage: name === 'passport' ? null : picture(`${name}/back`),
    idImage: picture(`${name}/id`, 'png'),
  };
  const ocr = ocrView(customer, document);
  switch (name) {
    case 'passport':
      return {
        passportNumber: document.number,
        passportType: 'P',
        placeOfIssue: 'Amman',
        authority: 'CSPD',
        countryOfIssue: customer.person.nationality,
        ...common,
        ocrPassport: ocr,
      };
    case 'emiratesId':
      return {
        emiratesIdNumber: document.number,
        authority: 'ICP',
        countryOfIssue: 'ARE',
        ...common,
        ocrEmiratesId: ocr,
      };
    case 'egyptNationalId':
      return {
        egyptNationalIdNumber: document.number,
        authority: 'CSO',
        countryOfIssue: 'EGY',
        ...common,
        ocrEgyptNationalId: ocr,
      };
  }
}

function ocrView(customer: CustomerRecord, document: DocumentRecord): Record<string, unknown> {
  if (!document.idClassificationPassed) return {};
  return {
    documentNumber: document.number,
    givenNames: customer.person.firstName,
    surname: customer.person.lastName,
    dateOfBirth: customer.person.dateOfBirth,
  };
}
