/**
 * Reads gnostic's openapi.v2 messages back into Swagger JSON, for tests. Field numbers are written out here, one by one,
 * so that a slip in the table of v2-messages.ts shows.
 */

/**
 * `property=number`, then `:kind` unless it is a string, `[]` where it repeats, `[?]` where a list of one stands for the
 * one. `*` stands for named entries, which become properties; `.` for a message that is nothing but this field.
 */
const messages: Readonly<Record<string, string>> = {
  Document: `swagger=1 info=2:Info host=3 basePath=4 schemes=5:string[] consumes=6:string[] produces=7:string[] paths=8:Paths
    definitions=9:Schemas parameters=10:Parameters responses=11:NamedResponses security=12:Requirement[]
    securityDefinitions=13:SecurityDefinitions tags=14:Tag[] externalDocs=15:ExternalDocs *=16:Any`,
  Info: `title=1 version=2 description=3 termsOfService=4 contact=5:Contact license=6:License *=7:Any`,
  Contact: `name=1 url=2 email=3 *=4:Any`,
  License: `name=1 url=2 *=3:Any`,
  Tag: `name=1 description=2 externalDocs=3:ExternalDocs *=4:Any`,
  ExternalDocs: `description=1 url=2 *=3:Any`,
  Any: `.=2:yaml`,
  Paths: `*=1:Any *=2:PathItem`,
  PathItem: `$ref=1 get=2:Operation put=3:Operation post=4:Operation delete=5:Operation options=6:Operation head=7:Operation
    patch=8:Operation parameters=9:ParametersItem[] *=10:Any`,
  Operation: `tags=1:string[] summary=2 description=3 externalDocs=4:ExternalDocs operationId=5 produces=6:string[]
    consumes=7:string[] parameters=8:ParametersItem[] responses=9:Responses schemes=10:string[] deprecated=11:bool
    security=12:Requirement[] *=13:Any`,
  Parameters: `*=1:Parameter`,
  ParametersItem: `.=1:Parameter .=2:Reference`,
  Parameter: `.=1:Body .=2:NonBody`,
  Body: `description=1 name=2 in=3 required=4:bool schema=5:Schema *=6:Any`,
  NonBody: `.=1:Header.Parameter .=2:FormData .=3:Query .=4:Path`,
  "Header.Parameter": `required=1:bool in=2 description=3 name=4 type=5 format=6 items=7:Items collectionFormat=8 *=22:Any`,
  FormData: `required=1:bool in=2 description=3 name=4 allowEmptyValue=5:bool type=6 format=7 items=8:Items *=23:Any`,
  Query: `required=1:bool in=2 description=3 name=4 allowEmptyValue=5:bool type=6 format=7 items=8:Items collectionFormat=9
    default=10:Any maximum=11:double exclusiveMaximum=12:bool minimum=13:double exclusiveMinimum=14:bool maxLength=15:int
    minLength=16:int pattern=17 maxItems=18:int minItems=19:int uniqueItems=20:bool enum=21:Any[] multipleOf=22:double
    *=23:Any`,
  Path: `required=1:bool in=2 description=3 name=4 type=5 format=6 items=7:Items collectionFormat=8 pattern=16
    uniqueItems=19:bool enum=20:Any[] multipleOf=21:double *=22:Any`,
  Items: `type=1 format=2 items=3:Items uniqueItems=15:bool enum=16:Any[] multipleOf=17:double *=18:Any`,
  Reference: `$ref=1 description=2`,
  NamedResponses: `*=1:Response`,
  Responses: `*=1:ResponseValue *=2:Any`,
  ResponseValue: `.=1:Response .=2:Reference`,
  Response: `description=1 schema=2:SchemaItem headers=3:Headers examples=4:Examples *=5:Any`,
  Headers: `*=1:Header`,
  Header: `type=1 format=2 uniqueItems=15:bool multipleOf=17:double description=18 *=19:Any`,
  Examples: `*=1:Any`,
  SchemaItem: `.=1:Schema .=2:File`,
  File: `format=1 title=2 description=3 default=4:Any required=5:string[] type=6 readOnly=7:bool externalDocs=8:ExternalDocs
    example=9:Any *=10:Any`,
  Schemas: `*=1:Schema`,
  Schema: `$ref=1 format=2 title=3 description=4 default=5:Any multipleOf=6:double maximum=7:double exclusiveMaximum=8:bool
    minimum=9:double exclusiveMinimum=10:bool maxLength=11:int minLength=12:int pattern=13 maxItems=14:int minItems=15:int
    uniqueItems=16:bool maxProperties=17:int minProperties=18:int required=19:string[] enum=20:Any[]
    additionalProperties=21:SchemaOrBool type=22:Type items=23:SchemaOrMany allOf=24:Schema[] properties=25:Schemas
    discriminator=26 readOnly=27:bool xml=28:Xml externalDocs=29:ExternalDocs example=30:Any *=31:Any`,
  SchemaOrBool: `.=1:Schema .=2:bool`,
  Type: `.=1:string[?]`,
  SchemaOrMany: `.=1:Schema[?]`,
  Xml: `name=1 namespace=2 prefix=3 attribute=4:bool wrapped=5:bool *=6:Any`,
  Requirement: `*=1:Strings`,
  Strings: `.=1:string[]`,
  SecurityDefinitions: `*=1:SecurityScheme`,
  SecurityScheme: `.=1:Basic .=2:ApiKey .=3:Implicit .=4:Password .=5:Application .=6:AccessCode`,
  Basic: `type=1 description=2 *=3:Any`,
  ApiKey: `type=1 name=2 in=3 description=4 *=5:Any`,
  Implicit: `type=1 flow=2 scopes=3:Scopes authorizationUrl=4 description=5 *=6:Any`,
  Password: `type=1 flow=2 scopes=3:Scopes tokenUrl=4 description=5 *=6:Any`,
  Application: `type=1 flow=2 scopes=3:Scopes tokenUrl=4 description=5 *=6:Any`,
  AccessCode: `type=1 flow=2 scopes=3:Scopes authorizationUrl=4 tokenUrl=5 description=6 *=7:Any`,
  Scopes: `*=1:string`,
};

interface Field {
  readonly property: string;
  readonly kind: string;
  readonly list: string;
}

const compiled = new Map<string, Map<number, Field>>();

function fieldOf(message: string, number: number): Field {
  let fields = compiled.get(message);
  if (!fields) {
    fields = new Map();
    for (const text of messages[message]?.split(/\s+/) ?? []) {
      const [, property = "", digits, kind = "string", list = ""] =
        /^(.+)=(\d+)(?::([^[]+)(\[\??\])?)?$/.exec(text) ?? [];
      fields.set(Number(digits), { property, kind, list });
    }
    compiled.set(message, fields);
  }
  const field = fields.get(number);
  if (!field) throw new Error(`${message} has no field ${number}`);
  return field;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  }

  double(): number {
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  bytes(): Buffer {
    const length = this.varint();
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError("a length beyond the end");
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

const wireTypes: Readonly<Record<string, number>> = { bool: 0, int: 0, double: 1 };

function readValue(reader: Reader, kind: string, wire: number): unknown {
  if (wire !== (wireTypes[kind] ?? 2)) throw new Error(`wire type ${wire} of ${kind}`);
  if (kind === "bool") return reader.varint() === 1;
  if (kind === "int") return reader.varint();
  if (kind === "double") return reader.double();
  if (kind === "string") return reader.bytes().toString();
  // The YAML text is JSON too, as long as its keys are short.
  if (kind === "yaml") return JSON.parse(reader.bytes().toString()) as unknown;
  return readMessage(kind, reader.bytes());
}

function readNamed(bytes: Uint8Array, kind: string): [name: string, value: unknown] {
  const reader = new Reader(bytes);
  let name = "";
  let value: unknown = "";
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === 10) name = reader.bytes().toString();
    else value = readValue(reader, kind, tag % 8);
  }
  return [name, value];
}

/** A message as the JSON that it was made of. Throws where the bytes do not fit the description. */
export function readMessage(message: string, bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  // A list of its own may be empty: no field says that it is there.
  const object: Record<string, unknown> = message === "Strings" ? { ".": [] } : {};
  while (!reader.done) {
    const tag = reader.varint();
    const { property, kind, list } = fieldOf(message, Math.floor(tag / 8));
    if (property === "*") {
      const [name, entry] = readNamed(reader.bytes(), kind);
      object[name] = entry;
    } else {
      const value = readValue(reader, kind, tag % 8);
      object[property] = list === "" ? value : [...((object[property] as unknown[]) ?? []), value];
      if (list === "[?]" && reader.done && (object[property] as unknown[]).length === 1) object[property] = value;
    }
  }
  return "." in object ? object["."] : object;
}
