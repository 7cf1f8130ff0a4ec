/** What an image shows. Providers differ in how they cut; `_cropped` is the document cut out of its picture. */
export const IMAGE_KINDS = [
  'selfie',
  'document_front',
  'document_back',
  'document_front_cropped',
  'document_back_cropped',
  'document_image',
  'document_portrait',
  'other',
] as const;
export type ImageKind = (typeof IMAGE_KINDS)[number];

export interface ImageEntry {
  /** Names the image within its verification, the same at every listing. Never personal. */
  readonly key: string;
  readonly kind: ImageKind;
  /** Its document's place in the identity's `documents`; null for an image of none of them. */
  readonly document: number | null;
  /** Null where only the image itself would tell. */
  readonly mediaType: string | null;
}

/**
 * The address of an image that works for a short time. Whoever has it has the image, so it is kept in memory, for as long as
 * it works, and never stored or logged.
 */
export interface ImageLink extends ImageEntry {
  readonly url: string;
  /** For how long after it was sent. */
  readonly lifetimeSeconds: number;
}

/** Bytes that are passed on as they arrive. */
export interface ByteStream {
  readonly mediaType: string;
  /** Ends with a ProviderError when the provider breaks off; returning early gives up the provider's answer. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What there is beside the verdict, and until when; null: for as long as the provider keeps it. */
export interface Evidence {
  readonly images: number;
  readonly imagesUntil: string | null;
  readonly report: boolean;
  readonly reportUntil: string | null;
}
