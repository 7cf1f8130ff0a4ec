import { Injectable } from '@nestjs/common';
import { type OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI document of this process, made when somebody first asks for it. */
@Injectable()
export class ApiDocument {
  #describe: (() => OpenAPIObject) | null = null;
  #bytes: Buffer | null = null;

  /** Told once the application is put together, which is what the document is made from. */
  describe(describe: () => OpenAPIObject): void {
    this.#describe = describe;
  }

  get bytes(): Buffer {
    if (this.#describe === null) throw new Error('nobody has said how to describe the API');
    this.#bytes ??= Buffer.from(JSON.stringify(this.#describe()));
    return this.#bytes;
  }
}
