/**
 * The messages of OpenAPI 2.0 in protobuf (gnostic's openapi.v2), as a table that v2-protobuf.ts interprets.
 *
 * A message is the list of its fields. They are numbered from 1 in this order. Each is written `property:kind`:
 *
 *     title          a property of the JSON object, a string
 *     name:bool      bool, int64, double, a message of this table, or Any: whatever value, as YAML text
 *     name:Schema[]  a list, repeated
 *     x-*:Any        all properties that begin so, each as a message of its name (1) and value (2)
 *     *:Schema       all other properties, likewise
 *     .:string[]     the JSON value itself, or the one that stands for a list of one
 */
const simpleType =
  "type format items:PrimitivesItems collectionFormat default:Any maximum:double exclusiveMaximum:bool " +
  "minimum:double exclusiveMinimum:bool maxLength:int64 minLength:int64 pattern maxItems:int64 minItems:int64 " +
  "uniqueItems:bool enum:Any[] multipleOf:double";

/** Fields of each message, by its name. */
export const messageFields: Readonly<Record<string, string>> = {
  Document:
    "swagger info:Info host basePath schemes:string[] consumes:string[] produces:string[] paths:Paths " +
    "definitions:Definitions parameters:ParameterDefinitions responses:ResponseDefinitions " +
    "security:SecurityRequirement[] securityDefinitions:SecurityDefinitions tags:Tag[] externalDocs:ExternalDocs x-*:Any",
  Info: "title version description termsOfService contact:Contact license:License x-*:Any",
  Contact: "name url email x-*:Any",
  License: "name url x-*:Any",
  Tag: "name description externalDocs:ExternalDocs x-*:Any",
  ExternalDocs: "description url x-*:Any",

  Paths: "x-*:Any /*:PathItem",
  PathItem:
    "$ref get:Operation put:Operation post:Operation delete:Operation options:Operation head:Operation " +
    "patch:Operation parameters:ParametersItem[] x-*:Any",
  Operation:
    "tags:string[] summary description externalDocs:ExternalDocs operationId produces:string[] consumes:string[] " +
    "parameters:ParametersItem[] responses:Responses schemes:string[] deprecated:bool security:SecurityRequirement[] x-*:Any",

  ParameterDefinitions: "*:Parameter",
  BodyParameter: "description name in required:bool schema:Schema x-*:Any",
  HeaderParameterSubSchema: `required:bool in description name ${simpleType} x-*:Any`,
  FormDataParameterSubSchema: `required:bool in description name allowEmptyValue:bool ${simpleType} x-*:Any`,
  QueryParameterSubSchema: `required:bool in description name allowEmptyValue:bool ${simpleType} x-*:Any`,
  PathParameterSubSchema: `required:bool in description name ${simpleType} x-*:Any`,
  PrimitivesItems: `${simpleType} x-*:Any`,
  JsonReference: "$ref description",

  ResponseDefinitions: "*:Response",
  Responses: "*:ResponseValue x-*:Any",
  Response: "description schema:SchemaItem headers:Headers examples:Examples x-*:Any",
  Headers: "*:Header",
  Header: `${simpleType} description x-*:Any`,
  Examples: "*:Any",

  Definitions: "*:Schema",
  Properties: "*:Schema",
  Schema:
    "$ref format title description default:Any multipleOf:double maximum:double exclusiveMaximum:bool minimum:double " +
    "exclusiveMinimum:bool maxLength:int64 minLength:int64 pattern maxItems:int64 minItems:int64 uniqueItems:bool " +
    "maxProperties:int64 minProperties:int64 required:string[] enum:Any[] " +
    "additionalProperties:AdditionalPropertiesItem type:TypeItem items:ItemsItem allOf:Schema[] properties:Properties " +
    "discriminator readOnly:bool xml:Xml externalDocs:ExternalDocs example:Any x-*:Any",
  FileSchema:
    "format title description default:Any required:string[] type readOnly:bool externalDocs:ExternalDocs example:Any x-*:Any",
  TypeItem: ".:string[]",
  ItemsItem: ".:Schema[]",
  Xml: "name namespace prefix attribute:bool wrapped:bool x-*:Any",

  SecurityRequirement: "*:StringArray",
  StringArray: ".:string[]",
  SecurityDefinitions: "*:SecurityDefinitionsItem",
  BasicAuthenticationSecurity: "type description x-*:Any",
  ApiKeySecurity: "type name in description x-*:Any",
  Oauth2ImplicitSecurity: "type flow scopes:Oauth2Scopes authorizationUrl description x-*:Any",
  Oauth2PasswordSecurity: "type flow scopes:Oauth2Scopes tokenUrl description x-*:Any",
  Oauth2ApplicationSecurity: "type flow scopes:Oauth2Scopes tokenUrl description x-*:Any",
  Oauth2AccessCodeSecurity: "type flow scopes:Oauth2Scopes authorizationUrl tokenUrl description x-*:Any",
  Oauth2Scopes: "*:string",
};

/** A message that holds one of several kinds: `choices` are numbered from 1, `choose` names the one for a JSON value. */
export interface OneOf {
  readonly choices: readonly string[];
  choose(value: Readonly<Record<string, unknown>>): string;
}

const parameterKinds: Readonly<Record<string, string>> = {
  header: "HeaderParameterSubSchema",
  formData: "FormDataParameterSubSchema",
  query: "QueryParameterSubSchema",
  path: "PathParameterSubSchema",
};

const oauthKinds: Readonly<Record<string, string>> = {
  implicit: "Oauth2ImplicitSecurity",
  password: "Oauth2PasswordSecurity",
  application: "Oauth2ApplicationSecurity",
  accessCode: "Oauth2AccessCodeSecurity",
};

function securityKind({ type, flow }: Readonly<Record<string, unknown>>): string {
  if (type === "basic") return "BasicAuthenticationSecurity";
  return type === "apiKey" ? "ApiKeySecurity" : (oauthKinds[String(flow)] ?? "");
}

/** A reference or the thing itself. */
const orReference = (kind: string): OneOf => ({
  choices: [kind, "JsonReference"],
  choose: (value) => ("$ref" in value ? "JsonReference" : kind),
});

/** The messages that are one of several, by name. */
export const oneOfs: Readonly<Record<string, OneOf>> = {
  AdditionalPropertiesItem: {
    choices: ["Schema", "bool"],
    choose: (value) => (typeof value === "boolean" ? "bool" : "Schema"),
  },
  ParametersItem: orReference("Parameter"),
  Parameter: {
    choices: ["BodyParameter", "NonBodyParameter"],
    choose: (value) => (value.in === "body" ? "BodyParameter" : "NonBodyParameter"),
  },
  NonBodyParameter: {
    choices: Object.values(parameterKinds),
    choose: (value) => parameterKinds[String(value.in)] ?? "",
  },
  ResponseValue: orReference("Response"),
  SchemaItem: {
    choices: ["Schema", "FileSchema"],
    choose: (value) => (value.type === "file" ? "FileSchema" : "Schema"),
  },
  SecurityDefinitionsItem: {
    choices: ["BasicAuthenticationSecurity", "ApiKeySecurity", ...Object.values(oauthKinds)],
    choose: securityKind,
  },
};
