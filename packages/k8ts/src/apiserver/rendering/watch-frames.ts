/**
 * Watch events as frames. The plain JSON frame is built once by the store for all watchers; the other forms are built
 * once per event and form, and kept beside the event for the next watcher.
 */
import {
  encodeJson,
  encodeProtobuf,
  encodeProtobufWatchFrame,
  type DeepReadonly,
  type KubernetesObject,
  type Scheme,
} from "@k8ts/api";
import type { Status } from "@k8ts/api/meta/v1";
import type { StoreEvent } from "../../registry/resource-store.ts";
import type { Negotiated } from "../negotiation.ts";
import { partialObject, type TableMaker } from "./tables.ts";

/** Turns events into bytes. */
export interface Framer {
  readonly contentType: string;
  frame(event: StoreEvent): Uint8Array;
  /** The frame of type ERROR that ends a failed watch. */
  error(status: Status): Uint8Array;
}

const newline = Buffer.from("\n");

function jsonFrame(type: string, object: object): Uint8Array {
  return Buffer.concat([Buffer.from(`{"type":"${type}","object":`), encodeJson(object), Buffer.from("}"), newline]);
}

const protobufFrame = (type: string, object: object, scheme: Scheme): Uint8Array =>
  encodeProtobufWatchFrame(type, encodeProtobuf(object as KubernetesObject, scheme));

/** Frames kept by event, then by form. */
const kept = new WeakMap<StoreEvent, Map<string, Uint8Array>>();

function keptFrame(event: StoreEvent, form: string, make: () => Uint8Array): Uint8Array {
  let forms = kept.get(event);
  if (!forms) {
    forms = new Map();
    kept.set(event, forms);
  }
  let frame = forms.get(form);
  if (!frame) {
    frame = make();
    forms.set(form, frame);
  }
  return frame;
}

/** How a watch's objects are converted before they are encoded; `form` names the conversion. */
interface Conversion {
  readonly form: string;
  convert(object: DeepReadonly<KubernetesObject>): object;
}

function conversionOf(media: Negotiated): Conversion {
  const conversion = media.conversion;
  if (!conversion) return { form: "", convert: (object) => object };
  return { form: `partial/${conversion.version}`, convert: (object) => partialObject(object, conversion.version) };
}

/** The framer for a negotiated encoding. `tables`: for watches as Tables, whose first frame alone has column headers. */
export function framerFor(media: Negotiated, scheme: Scheme, now: () => number, tables?: TableMaker): Framer {
  if (tables) return tableFramer(tables, now);
  const { form, convert } = conversionOf(media);
  if (media.mediaType === "application/vnd.kubernetes.protobuf") {
    return {
      contentType: "application/vnd.kubernetes.protobuf;stream=watch",
      frame: (event) =>
        keptFrame(event, `protobuf/${form}`, () => protobufFrame(event.type, convert(event.object()), scheme)),
      error: (status) => protobufFrame("ERROR", status, scheme),
    };
  }
  return {
    contentType: "application/json",
    frame:
      form === ""
        ? (event) => event.frame()
        : (event) => keptFrame(event, form, () => jsonFrame(event.type, convert(event.object()))),
    error: (status) => jsonFrame("ERROR", status),
  };
}

function tableFramer(tables: TableMaker, now: () => number): Framer {
  let headers = true;
  return {
    contentType: "application/json",
    frame: (event) => {
      const object = event.object();
      const metadata = { resourceVersion: object.metadata.resourceVersion ?? String(event.revision) };
      const table = tables.table([object], metadata, now(), headers);
      headers = false;
      return jsonFrame(event.type, table);
    },
    error: (status) => jsonFrame("ERROR", status),
  };
}
