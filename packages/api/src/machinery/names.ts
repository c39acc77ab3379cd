/**
 * What Kubernetes takes as a name, label, key or address. Each function returns the faults in the API's words; an empty
 * list means the value is fine.
 */

/** `a label … (e.g. 'my-name',  or '123-abc', regex used for validation is '…')`, as upstream words it. */
export function regexFault(message: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`;
  const shown = examples.map((example) => `'${example}', `).join(" or ");
  return `${message} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

/** Characters a name may have, as upstream words it. */
export const maxLengthFault = (length: number): string => `must be no more than ${length} characters`;
const maxBytesFault = (length: number): string => `must be no more than ${length} bytes`;
const emptyFault = "must be non-empty";
/** "must be between 1 and 65535, inclusive". */
export const rangeFault = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;

const anchored = (pattern: string): RegExp => new RegExp(`^${pattern}$`);

/** Length in UTF-8, the only length Go knows. */
function byteLength(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) length += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return length;
}

const labelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const labelRegex = anchored(labelPattern);
const labelMessage =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const subdomainPattern = `${labelPattern}(\\.${labelPattern})*`;
const subdomainRegex = anchored(subdomainPattern);
const subdomainMessage =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

/** A DNS label (RFC 1123): names of Namespaces, containers, volumes. */
export function isDnsLabel(value: string): string[] {
  const faults = byteLength(value) > 63 ? [maxLengthFault(63)] : [];
  if (labelRegex.test(value)) return faults;
  const dots = subdomainRegex.test(value);
  faults.push(dots ? "must not contain dots" : regexFault(labelMessage, labelPattern, "my-name", "123-abc"));
  return faults;
}

function subdomainFaults(value: string, tooLong: string): string[] {
  const faults = byteLength(value) > 253 ? [tooLong] : [];
  if (!subdomainRegex.test(value)) faults.push(regexFault(subdomainMessage, subdomainPattern, "example.com"));
  return faults;
}

/** A DNS subdomain (RFC 1123): most object names. */
export function isDnsSubdomain(value: string): string[] {
  return subdomainFaults(value, maxLengthFault(253));
}

const underscoreLabel = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const underscorePattern = `${underscoreLabel}(\\.${underscoreLabel})*`;
const underscoreRegex = anchored(underscorePattern);

/** A DNS subdomain that may hold underscores: search paths of a Pod's dnsConfig. */
export function isDnsSubdomainWithUnderscore(value: string): string[] {
  const faults = byteLength(value) > 253 ? [maxLengthFault(253)] : [];
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
  if (!underscoreRegex.test(value)) faults.push(regexFault(message, underscorePattern, "example.com"));
  return faults;
}

const label1035Pattern = "[a-z]([-a-z0-9]*[a-z0-9])?";
const label1035Regex = anchored(label1035Pattern);

/** A DNS label by RFC 1035, which starts with a letter: names of Services. */
export function isDns1035Label(value: string): string[] {
  const faults = byteLength(value) > 63 ? [maxLengthFault(63)] : [];
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  if (!label1035Regex.test(value)) faults.push(regexFault(message, label1035Pattern, "my-name", "abc-123"));
  return faults;
}

const wildcardPattern = `\\*\\.${subdomainPattern}`;
const wildcardRegex = anchored(wildcardPattern);

/** "*.example.com": hosts of Ingresses. */
export function isWildcardDnsSubdomain(value: string): string[] {
  const faults = byteLength(value) > 253 ? [maxLengthFault(253)] : [];
  const message =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  if (!wildcardRegex.test(value)) faults.push(regexFault(message, wildcardPattern, "*.example.com"));
  return faults;
}

const keyPattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const keyRegex = anchored(keyPattern);
const keyMessage =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const keyFault = regexFault(keyMessage, keyPattern, "MyName", "my.name", "123-abc");

/** A qualified name, "example.com/name" or "name": label and annotation keys, resource names, finalizers. */
export function isQualifiedName(value: string): string[] {
  const parts = value.split("/");
  if (parts.length > 2) {
    const suffix = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
    return [`a valid label key ${keyFault}${suffix}`];
  }
  const faults: string[] = [];
  const [prefix, name] = parts.length === 2 ? (parts as [string, string]) : [undefined, parts[0] as string];
  if (prefix === "") faults.push(`prefix part ${emptyFault}`);
  else if (prefix !== undefined) {
    for (const fault of subdomainFaults(prefix, maxBytesFault(253))) faults.push(`prefix part ${fault}`);
  }
  if (name === "") faults.push(`name part ${emptyFault}`);
  else if (byteLength(name) > 63) faults.push(`name part ${maxBytesFault(63)}`);
  if (!keyRegex.test(name)) faults.push(`name part ${keyFault}`);
  return faults;
}

const valuePattern = `(${keyPattern})?`;
const valueRegex = anchored(valuePattern);
const valueMessage =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** A label's value. */
export function isLabelValue(value: string): string[] {
  const faults = byteLength(value) > 63 ? [maxBytesFault(63)] : [];
  if (!valueRegex.test(value)) {
    faults.push(regexFault(valueMessage, valuePattern, "MyValue", "my_value", "12345"));
  }
  return faults;
}

function dotFaults(value: string): string[] {
  if (value === ".") return ["must not be '.'"];
  if (value === "..") return ["must not be '..'"];
  return value.startsWith("..") ? ["must not start with '..'"] : [];
}

const configKeyPattern = "[-._a-zA-Z0-9]+";
const configKeyRegex = anchored(configKeyPattern);

/** A key of a ConfigMap or Secret. */
export function isConfigMapKey(value: string): string[] {
  const faults = byteLength(value) > 253 ? [maxLengthFault(253)] : [];
  const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  if (!configKeyRegex.test(value)) {
    faults.push(regexFault(message, configKeyPattern, "key.name", "KEY_NAME", "key-name"));
  }
  return [...faults, ...dotFaults(value)];
}

const envPattern = "[-._a-zA-Z][-._a-zA-Z0-9]*";
const envRegex = anchored(envPattern);

/** An environment variable's name in the strict form. */
export function isEnvVarName(value: string): string[] {
  const message =
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit";
  const examples = ["my.env-name", "MY_ENV.NAME", "MyEnvName1"];
  const faults = envRegex.test(value) ? [] : [regexFault(message, envPattern, ...examples)];
  return [...faults, ...dotFaults(value)];
}

/** An environment variable's name as containers take it since KEP-4369: printable ASCII but "=". */
export function isRelaxedEnvVarName(value: string): string[] {
  if (value === "") return [`environment variable name ${emptyFault}`];
  const fine = /^[ -<>-~]*$/.test(value);
  return fine
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** A port's name (IANA_SVC_NAME). */
export function isPortName(value: string): string[] {
  const faults = byteLength(value) > 15 ? [maxLengthFault(15)] : [];
  if (!/^[-a-z0-9]+$/.test(value)) {
    faults.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!/[a-z]/.test(value)) faults.push("must contain at least one letter (a-z)");
  if (value.includes("--")) faults.push("must not contain consecutive hyphens");
  if (value.startsWith("-") || value.endsWith("-")) faults.push("must not begin or end with a hyphen");
  return faults;
}

/** A port's number: 1 to 65535. */
export function isPortNumber(value: number): string[] {
  return value >= 1 && value <= 65_535 ? [] : [rangeFault(1, 65_535)];
}

/** A user or group id that a container may run as. */
export function isUserId(value: number): string[] {
  return value >= 0 && value <= 2_147_483_647 ? [] : [rangeFault(0, 2_147_483_647)];
}

/** "25%". */
export function isPercent(value: string): string[] {
  const message = "a valid percent string must be a numeric string followed by an ending '%'";
  return /^[0-9]+%$/.test(value) ? [] : [regexFault(message, "[0-9]+%", "1%", "93%")];
}

/** An HTTP header's name, as probes set it. */
export function isHttpHeaderName(value: string): string[] {
  const message = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return /^[-A-Za-z0-9]+$/.test(value) ? [] : [regexFault(message, "[-A-Za-z0-9]+", "X-Header-Name")];
}

/** A C identifier. */
export function isCIdentifier(value: string): string[] {
  const pattern = "[A-Za-z_][A-Za-z0-9_]*";
  const message =
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";
  return anchored(pattern).test(value) ? [] : [regexFault(message, pattern, "my_name", "MY_NAME", "MyName")];
}

/** A name that can be one segment of a URL path: RBAC objects. With `prefix`, the start of one (generateName). */
export function isPathSegmentName(value: string, prefix = false): string[] {
  if (!prefix && (value === "." || value === "..")) return [`may not be '${value}'`];
  return ["/", "%"].filter((text) => value.includes(text)).map((text) => `may not contain '${text}'`);
}

/** The name rule of a kind, from its plain one: for generateName, a trailing dash stands for what will follow. */
export function maskTrailingDash(value: string): string {
  return value.length > 1 && value.endsWith("-") ? `${value.slice(0, -2)}a` : value;
}
