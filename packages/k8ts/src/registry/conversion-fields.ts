/** What a converter is, and the small steps that converters are made of. */

/** Any object, to take apart. */
export type Fields = Readonly<Record<string, unknown>>;

/** Converts everything but apiVersion and kind. Makes a new object, which may share what it does not change. */
export interface Converter {
  toStorage(object: Fields): Fields;
  fromStorage(object: Fields): Fields;
  /** Selectable fields by the name they have in this version, where they differ. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A nested object, or an empty one. */
export const at = (object: Fields | undefined, field: string): Fields => (object?.[field] ?? {}) as Fields;

/** A nested list, or an empty one. */
export const listAt = (object: Fields | undefined, field: string): readonly Fields[] =>
  (object?.[field] ?? []) as readonly Fields[];

/** The object without fields that are undefined. */
export function defined(object: Fields): Fields {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** The object with each field under the name that `names` gives it. */
export function renamed(object: Fields, names: Readonly<Record<string, string>>): Fields {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [names[name] ?? name, value]));
}

/** `names` read the other way. */
export function inverted(names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([from, to]) => [to, from]));
}

/** The object with `convert` applied to a field, where it has one. */
export function withField(object: Fields, field: string, convert: (value: Fields) => Fields): Fields {
  return object[field] === undefined ? object : { ...object, [field]: convert(object[field] as Fields) };
}

/** The object with `convert` applied to every item of a list, where it has one. */
export function withItems(object: Fields, field: string, convert: (item: Fields) => Fields): Fields {
  const items = object[field] as readonly Fields[] | undefined;
  return items ? { ...object, [field]: items.map(convert) } : object;
}
