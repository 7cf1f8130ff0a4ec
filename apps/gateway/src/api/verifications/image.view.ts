import { IMAGE_KINDS } from '@gatehouse/contract';
import { ApiProperty } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';

export class ImageView {
  @ApiProperty({ example: 'img_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ enum: IMAGE_KINDS, enumName: 'ImageKind' })
  kind!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'doc_01kahn4r5sf1trr9gy5vqd2s0x',
    description: 'Of `documents` in the identity; null for an image of none of them.',
  })
  documentId!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'image/jpeg',
    description: 'Null where only the image itself would tell.',
  })
  mediaType!: string | null;
}

export class ImagesView {
  @ApiProperty({ type: [ImageView] })
  data!: ImageView[];
}

export const IMAGES_EXAMPLE: Plain<ImagesView> = {
  data: [
    {
      id: 'img_01kahn4r5sf1trr9gy5vqd2s0x',
      kind: 'document_front',
      documentId: 'doc_01kahn4r5sf1trr9gy5vqd2s0x',
      mediaType: 'image/jpeg',
    },
  ],
};
