import { Problem } from '@gatehouse/contract';
import { fromTypeId } from '@gatehouse/platform';
import { Param, type PipeTransform } from '@nestjs/common';

/** A public id in the path as the UUID behind it. What cannot be one of our ids names nothing: Problem `not_found`. */
class TypeIdPipe implements PipeTransform<string, string> {
  constructor(private readonly prefix: string) {}

  transform(text: string): string {
    const uuid = fromTypeId(this.prefix, text);
    if (uuid === null) throw new Problem('not_found', 'There is no such resource.');
    return uuid;
  }
}

/** `@IdParam('ver')`, `@IdParam('key', 'keyId')`: the id in the path, as the core knows it. */
export function IdParam(prefix: string, name = 'id'): ParameterDecorator {
  return Param(name, new TypeIdPipe(prefix));
}
