/**
 * The plain object that a view class describes. The classes are there for the OpenAPI document; answers are literals, checked
 * against them member by member, and never instances.
 */
export type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { [Member in keyof T]: Plain<T[Member]> }
    : T;
