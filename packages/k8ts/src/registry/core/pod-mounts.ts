/** Rules of what containers mount: volumes as directories, and volumes as raw devices. */
import {
  fieldForbidden,
  fieldInvalid,
  fieldNotFound,
  fieldNotSupported,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Container, VolumeDevice, VolumeMount } from "@k8ts/api/core/v1";
import { checkRequired } from "../meta/field-checks.ts";
import type { VolumesByName } from "./pod-volumes.ts";
import { checkDescendingPath } from "./volume-paths.ts";

type In<T> = DeepReadonly<T>;

/** A container's `volumeMounts`. */
export function checkMounts(
  container: In<Container>,
  volumes: VolumesByName,
  path: string,
  faults: FieldError[],
): void {
  const taken = new Set<string>();
  const devices = container.volumeDevices ?? [];
  container.volumeMounts?.forEach((mount, index) => {
    const at = `${path}[${index}]`;
    checkRequired(mount.name, `${at}.name`, faults);
    if (!volumes.has(mount.name)) faults.push(fieldNotFound(`${at}.name`, mount.name));
    checkRequired(mount.mountPath, `${at}.mountPath`, faults);
    if (taken.has(mount.mountPath)) faults.push(fieldInvalid(`${at}.mountPath`, mount.mountPath, "must be unique"));
    taken.add(mount.mountPath);
    if (devices.some(({ name }) => name === mount.name)) {
      faults.push(fieldInvalid(`${at}.name`, mount.name, "must not already exist in volumeDevices"));
    }
    if (devices.some(({ devicePath }) => devicePath === mount.mountPath)) {
      faults.push(
        fieldInvalid(`${at}.mountPath`, mount.mountPath, "must not already exist as a path in volumeDevices"),
      );
    }
    // Upstream reports the rest at the list, not at the mount.
    checkSubPaths(mount, at, path, faults);
    checkPropagation(mount, container, `${path}.mountPropagation`, faults);
    checkRecursiveReadOnly(mount, `${path}.recursiveReadOnly`, faults);
  });
}

function checkSubPaths(mount: In<VolumeMount>, at: string, path: string, faults: FieldError[]): void {
  if (mount.subPath) checkDescendingPath(mount.subPath, `${path}.subPath`, faults);
  if (!mount.subPathExpr) return;
  if (mount.subPath) {
    const detail = "subPathExpr and subPath are mutually exclusive";
    faults.push(fieldInvalid(`${at}.subPathExpr`, mount.subPathExpr, detail));
  }
  checkDescendingPath(mount.subPathExpr, `${path}.subPathExpr`, faults);
}

const propagations = ["Bidirectional", "HostToContainer", "None"];

function checkPropagation(mount: In<VolumeMount>, container: In<Container>, path: string, faults: FieldError[]): void {
  const propagation = mount.mountPropagation;
  if (propagation === undefined) return;
  if (!propagations.includes(propagation)) faults.push(fieldNotSupported(path, propagation, propagations));
  if (propagation === "Bidirectional" && container.securityContext?.privileged !== true) {
    faults.push(fieldForbidden(path, "Bidirectional mount propagation is available only to privileged containers"));
  }
}

function checkRecursiveReadOnly(mount: In<VolumeMount>, path: string, faults: FieldError[]): void {
  switch (mount.recursiveReadOnly) {
    case undefined:
    case "Disabled":
      return;
    case "Enabled":
    case "IfPossible":
      if (!mount.readOnly) faults.push(fieldForbidden(path, "may only be specified when readOnly is true"));
      if (mount.mountPropagation !== undefined && mount.mountPropagation !== "None") {
        faults.push(fieldForbidden(path, "may only be specified when mountPropagation is None or not specified"));
      }
      return;
    default:
      faults.push(fieldNotSupported(path, mount.recursiveReadOnly, ["Disabled", "Enabled", "IfPossible"]));
  }
}

/** A container's `volumeDevices`. */
export function checkDevices(
  container: In<Container>,
  volumes: VolumesByName,
  path: string,
  faults: FieldError[],
): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  container.volumeDevices?.forEach((device, index) => {
    const at = `${path}[${index}]`;
    checkDeviceName(device, container, volumes, names, `${at}.name`, faults);
    checkRequired(device.devicePath, `${at}.devicePath`, faults);
    if (paths.has(device.devicePath))
      faults.push(fieldInvalid(`${at}.devicePath`, device.devicePath, "must be unique"));
    if (device.devicePath?.split("/").includes("..")) {
      faults.push(fieldInvalid(`${at}.devicePath`, device.devicePath, "can not contain backsteps ('..')"));
    } else paths.add(device.devicePath);
    if (container.volumeMounts?.some(({ mountPath }) => mountPath === device.devicePath)) {
      const detail = "must not already exist as a path in volumeMounts";
      faults.push(fieldInvalid(`${at}.devicePath`, device.devicePath, detail));
    }
  });
}

function checkDeviceName(
  device: In<VolumeDevice>,
  container: In<Container>,
  volumes: VolumesByName,
  names: Set<string>,
  path: string,
  faults: FieldError[],
): void {
  const volume = volumes.get(device.name);
  checkRequired(device.name, path, faults);
  if (names.has(device.name)) faults.push(fieldInvalid(path, device.name, "must be unique"));
  if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
    const detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
    faults.push(fieldInvalid(path, device.name, detail));
  }
  if (!volume) faults.push(fieldNotFound(path, device.name));
  if (container.volumeMounts?.some(({ name }) => name === device.name)) {
    faults.push(fieldInvalid(path, device.name, "must not already exist in volumeMounts"));
  }
  if (device.name) names.add(device.name);
}
