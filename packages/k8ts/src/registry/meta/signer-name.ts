/** Names of certificate signers: "example.com/my-signer". */
import { fieldInvalid, fieldRequired, fieldTooLong, isDnsLabel, isDnsSubdomain, type FieldError } from "@k8ts/api";

/** A domain, a slash, and a path of a DNS label, a dot and a DNS subdomain. */
const longestSignerName = 253 + 1 + (63 + 1 + 253);

/** A domain with at least one dot, a slash, and a dotted path. */
export function checkSignerName(name: string, path: string, faults: FieldError[]): void {
  if (!name) {
    faults.push(fieldRequired(path));
    return;
  }
  const segments = name.split("/");
  if (segments.length !== 2) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    faults.push(fieldInvalid(path, name, detail));
    return;
  }
  const [domain, rest] = segments as [string, string];
  checkDomain(domain, path, faults);
  for (const label of rest.split(".")) {
    const details = isDnsSubdomain(label);
    for (const detail of details) {
      faults.push(fieldInvalid(path, rest, `validating label ${JSON.stringify(label)}: ${detail}`));
    }
    if (details.length > 0) break;
  }
  if (name.length > longestSignerName) faults.push(fieldTooLong(path, longestSignerName));
}

function checkDomain(domain: string, path: string, faults: FieldError[]): void {
  if (domain.length > 253) faults.push(fieldTooLong(path, 253));
  const labels = domain.split(".");
  for (const label of labels) {
    const details = isDnsLabel(label);
    for (const detail of details) {
      faults.push(fieldInvalid(path, domain, `validating label ${JSON.stringify(label)}: ${detail}`));
    }
    if (details.length > 0) break;
  }
  if (labels.length < 2) {
    faults.push(fieldInvalid(path, domain, "should be a domain with at least two segments separated by dots"));
  }
}
