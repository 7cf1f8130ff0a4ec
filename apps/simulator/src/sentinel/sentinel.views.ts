import { jpegDataUri, pngDataUri } from '../kit/images.js';
import { SENTINEL_DOCUMENTS, type SentinelDocument } from './sentinel.settings.js';
import { type Customer, type DocumentRecord, type SentinelAccount } from './sentinel.state.js';

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
  customer: Customer,
  images: ImageDetail,
): Record<string, unknown> {
  const picture = images === 'none' ? null : jpegDataUri(images === 'full' ? account.switches.imageBytes : 0);
  const noFaces = account.switches.facesWithoutImages === 'null' ? null : [];
  return {
    ...identityView(account, customer),
    isLive: customer.isLive,
    isLiveScore: customer.isLiveScore,
    isLiveFaces: picture === null ? noFaces : [picture],
    idFace: picture,
    emiratesId: documentView(account, customer, 'emiratesId', images),
    passport: documentView(account, customer, 'passport', images),
    ...(customer.documents.egyptNationalId === undefined
      ? {}
      : { egyptNationalId: documentView(account, customer, 'egyptNationalId', images) }),
    createdAt: customer.createdAt.toISOString(),
    updatedAt: customer.updatedAt.toISOString(),
  };
}

/** A row of the list: no images, and which documents have expired (providers/sentinel.md 5.5). */
export function rowView(account: SentinelAccount, customer: Customer): Record<string, unknown> {
  const snake = account.switches.expiredIdsCase === 'snake';
  return {
    ...resultView(account, customer, 'none'),
    expiredIds: expiredDocuments(account, customer).map((name) => (snake ? SNAKE_CASE[name] : name)),
  };
}

export function expiredDocuments(account: SentinelAccount, customer: Customer): SentinelDocument[] {
  const today = account.clock.now().toISOString().slice(0, 10);
  return SENTINEL_DOCUMENTS.filter((name) => {
    const document = customer.documents[name];
    return document !== undefined && document.dateOfExpiry < today;
  });
}

function identityView(account: SentinelAccount, customer: Customer): Record<string, unknown> {
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

function documentView(
  account: SentinelAccount,
  customer: Customer,
  name: SentinelDocument,
  images: ImageDetail,
): Record<string, unknown> | null {
  const document = customer.documents[name];
  if (document === undefined) return null;
  const full = images === 'full' ? account.switches.imageBytes : 0;
  const pictures = {
    frontImage: images === 'none' ? null : jpegDataUri(full),
    backImage: images === 'none' || name === 'passport' ? null : jpegDataUri(full),
    idImage: images === 'none' ? null : pngDataUri(),
  };
  const common = {
    dateOfIssue: document.dateOfIssue,
    dateOfExpiry: document.dateOfExpiry,
    idMatch: document.idMatch,
    idScore: document.idScore,
    idClassificationPassed: document.idClassificationPassed,
    ...pictures,
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

function ocrView(customer: Customer, document: DocumentRecord): Record<string, unknown> {
  if (!document.idClassificationPassed) return {};
  return {
    documentNumber: document.number,
    givenNames: customer.person.firstName,
    surname: customer.person.lastName,
    dateOfBirth: customer.person.dateOfBirth,
  };
}
