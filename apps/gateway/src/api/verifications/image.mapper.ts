import { type ListedImage } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';

import { type Plain } from '../../http/plain.js';
import { documentId } from './identity.mapper.js';
import { type ImagesView } from './image.view.js';

export function toImagesView(verificationId: string, images: readonly ListedImage[]): Plain<ImagesView> {
  return {
    data: images.map((image) => ({
      id: toTypeId('img', image.id),
      kind: image.kind,
      documentId: image.document === null ? null : documentId(verificationId, image.document),
      mediaType: image.mediaType,
    })),
  };
}
