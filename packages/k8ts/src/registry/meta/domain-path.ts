/** Names that somebody's domain qualifies: "example.com/ingress/v1". */
import { fieldInvalid, fieldRequired, isDnsSubdomain, type FieldError } from "@k8ts/api";

const pathPattern = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

/** A domain, a slash, and the path of a URL. */
export function checkDomainPrefixedPath(value: string | undefined, path: string, faults: FieldError[]): void {
  if (!value) {
    faults.push(fieldRequired(path));
    return;
  }
  const slash = value.indexOf("/");
  const [host, rest] = slash < 0 ? [value, ""] : [value.slice(0, slash), value.slice(slash + 1)];
  if (host === "" || rest === "") {
    const detail = 'must be a domain-prefixed path (such as "acme.io/foo")';
    faults.push(fieldInvalid(path, value, detail));
    return;
  }
  for (const detail of isDnsSubdomain(host)) faults.push(fieldInvalid(path, host, detail));
  if (!pathPattern.test(rest)) {
    faults.push(
      fieldInvalid(path, rest, "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')"),
    );
  }
}
