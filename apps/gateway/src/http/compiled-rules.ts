import { getMetadataStorage, IS_OPTIONAL } from 'class-validator';

/** What makes an instance of a class of a valid value, and undefined of any other. */
type Compiled = (value: object) => object | undefined;
type Class = new () => object;

interface MemberRules {
  readonly holds: readonly ((value: unknown) => boolean)[];
  readonly isOptional: boolean;
  readonly nested: Compiled | null;
}

/** What class-validator knows the rules of `members.ts` by. */
export const RULE = 'rule';

/** The class of a member that is an object itself, by `Nested`. */
const NESTED = 'gatehouse:nested';

export function nestedAs(type: () => Class): PropertyDecorator {
  return (target, name) => {
    Reflect.defineMetadata(NESTED, type, target, name);
  };
}

function nestedTypeOf(type: Class, name: string): Class | null {
  // What `nestedAs` has put there.
  const nested = Reflect.getMetadata(NESTED, type.prototype as object, name) as (() => Class) | undefined;
  return nested === undefined ? null : nested();
}

const compiled = new Map<Class, Compiled | null>();

/**
 * The rules of a class in class-validator's metadata, which stay their one source, as a function: it says whether a value is valid in a
 * twentieth of the time, and not what is wrong with it. Null for a class with rules of another kind than `members.ts` makes.
 */
export function compiledRules(type: Class): Compiled | null {
  const known = compiled.get(type);
  if (known !== undefined) return known;
  const rules = rulesOf(type);
  const check = rules === null ? null : checkOf(type, rules);
  compiled.set(type, check);
  return check;
}

function checkOf(type: Class, rules: ReadonlyMap<string, MemberRules>): Compiled {
  const required = [...rules].filter(([, { isOptional }]) => !isOptional).map(([name]) => name);
  return (value) => {
    const members = Object.entries(value);
    const instance = new type();
    for (const [name, member] of members) {
      const rule = rules.get(name);
      if (rule === undefined) return undefined;
      const checked = checkedMember(rule, member);
      if (checked === undefined) return undefined;
      Reflect.set(instance, name, checked);
    }
    return required.every((name) => Object.hasOwn(value, name)) ? instance : undefined;
  };
}

/** Undefined where it is not valid. */
function checkedMember({ holds, isOptional, nested }: MemberRules, value: unknown): unknown {
  if (value === null && isOptional) return null;
  if (!holds.every((rule) => rule(value))) return undefined;
  // The rule of a member with a class says that it is an object.
  return nested === null ? value : nested(value as object);
}

function rulesOf(type: Class): ReadonlyMap<string, MemberRules> | null {
  const storage = getMetadataStorage();
  const metadata = storage.getTargetValidationMetadatas(type, '', false, false);
  const rules = new Map<string, MemberRules>();
  for (const [name, ofMember] of Object.entries(storage.groupByPropertyName(metadata))) {
    const holds: ((value: unknown) => boolean)[] = [];
    let isOptional = false;
    let nested: Compiled | null = null;
    for (const rule of ofMember) {
      switch (rule.type) {
        case 'conditionalValidation':
          if (rule.name !== IS_OPTIONAL) return null;
          isOptional = true;
          break;
        case 'nestedValidation': {
          const nestedType = nestedTypeOf(type, name);
          nested = nestedType === null || rule.each ? null : compiledRules(nestedType);
          if (nested === null) return null;
          break;
        }
        case 'customValidation':
          // Others may want to be told more than the value.
          if (rule.name !== RULE) return null;
          for (const { instance } of storage.getTargetValidatorConstraints(rule.constraintCls)) {
            holds.push((value) => instance.validate(value) === true);
          }
          break;
        default:
          return null;
      }
    }
    rules.set(name, { holds, isOptional, nested });
  }
  return rules;
}
