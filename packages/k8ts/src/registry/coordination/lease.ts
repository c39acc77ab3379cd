/** Leases and LeaseCandidates: what the store must know of them. */
import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isConfigMapKey,
  isQualifiedName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Lease } from "@k8ts/api/coordination/v1";
import type { LeaseCandidate } from "@k8ts/api/coordination/v1beta1";
import { checkFormat, checkImmutable } from "../meta/field-checks.ts";
import { ageColumn, nameColumn, text } from "../printing/columns.ts";
import type { Strategy } from "../strategy.ts";

const oldest = "OldestEmulationVersion";

function checkElectionStrategy(strategy: string, path: string, faults: FieldError[]): void {
  if (strategy.includes("/")) checkFormat(strategy, isQualifiedName, path, faults);
  else if (strategy !== oldest) faults.push(fieldNotSupported(path, strategy, [oldest]));
}

function validateLease({ spec }: DeepReadonly<Lease>): FieldError[] {
  const faults: FieldError[] = [];
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions, strategy, preferredHolder } = spec ?? {};
  if (seconds !== undefined && seconds <= 0) {
    faults.push(fieldInvalid("spec.leaseDurationSeconds", seconds, "must be greater than 0"));
  }
  if (transitions !== undefined && transitions < 0) {
    faults.push(fieldInvalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0"));
  }
  if (strategy !== undefined) checkElectionStrategy(strategy, "spec.strategy.strategy", faults);
  if (preferredHolder && !strategy) {
    faults.push(fieldForbidden("spec.preferredHolder", "may only be specified if `strategy` is defined"));
  }
  return faults;
}

/** Leases. Whoever renews one must have seen who holds it. */
export const lease: Strategy<Lease> = {
  group: "coordination.k8s.io",
  resource: "leases",
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  validate: validateLease,
  columns: [nameColumn, text("Holder", "Who holds the lease.", ({ spec }) => spec?.holderIdentity ?? ""), ageColumn],
};

const semanticVersion =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

/** Compares the numbers of two versions; what follows them does not matter here. */
function isOlder(a: string, b: string): boolean {
  const numbers = (text: string): number[] => text.split(/[-+]/)[0]!.split(".").map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  const index = left.findIndex((value, at) => value !== right[at]);
  return index >= 0 && left[index]! < right[index]!;
}

function validateCandidate({ spec }: DeepReadonly<LeaseCandidate>): FieldError[] {
  const faults: FieldError[] = [];
  const { binaryVersion = "", emulationVersion = "", strategy = "" } = spec ?? {};
  if (!spec?.leaseName) faults.push(fieldRequired("spec.leaseName"));
  const detail = "must be a valid semantic version";
  if (emulationVersion && !semanticVersion.test(emulationVersion)) {
    faults.push(fieldInvalid("spec.emulationVersion", emulationVersion, detail));
  }
  if (!binaryVersion) faults.push(fieldRequired("spec.binaryVersion"));
  else if (!semanticVersion.test(binaryVersion)) faults.push(fieldInvalid("spec.binaryVersion", binaryVersion, detail));
  else if (semanticVersion.test(emulationVersion) && isOlder(binaryVersion, emulationVersion)) {
    faults.push(
      fieldInvalid("spec.binaryVersion", binaryVersion, "must be greater than or equal to `emulationVersion`"),
    );
  }
  if (!strategy) faults.push(fieldRequired("spec.strategy"));
  else {
    if (strategy === oldest && !emulationVersion) {
      const required = `must be specified when \`strategy\` is '${oldest}'`;
      faults.push(fieldRequired("spec.strategy.emulationVersion", required));
    }
    checkElectionStrategy(strategy, "spec.strategy.strategy", faults);
  }
  return faults;
}

/** LeaseCandidates. */
export const leaseCandidate: Strategy<LeaseCandidate> = {
  group: "coordination.k8s.io",
  resource: "leasecandidates",
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  validateName: (name) => isConfigMapKey(name),
  validate: validateCandidate,
  validateUpdate(object, old) {
    const faults = validateCandidate(object);
    checkImmutable(object.spec?.leaseName, old.spec?.leaseName, "spec.leaseName", faults);
    return faults;
  },
  columns: [
    nameColumn,
    text("LeaseName", "The lease it would hold.", ({ spec }) => spec?.leaseName ?? ""),
    text("BinaryVersion", "Version of the candidate.", ({ spec }) => spec?.binaryVersion ?? ""),
    text("EmulationVersion", "Version the candidate behaves as.", ({ spec }) => spec?.emulationVersion ?? ""),
    ageColumn,
  ],
};
