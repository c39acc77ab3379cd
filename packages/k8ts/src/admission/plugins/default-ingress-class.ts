/** Ingresses that name no class get the default one. */
import type { Ingress, IngressClass } from "@k8ts/api/networking/v1";
import type { AdmissionPlugin } from "../admission.ts";
import { newestDefault } from "../classes.ts";
import { findAll } from "../lookup.ts";
import type { AdmissionParts } from "../parts.ts";
import { isFor, objectOf } from "../requests.ts";

const group = "networking.k8s.io";
const mark = "ingressclass.kubernetes.io/is-default-class";
/** How Ingresses named their class before there was a field. */
const oldAnnotation = "kubernetes.io/ingress.class";

/** DefaultIngressClass. */
export function defaultIngressClass({ lookup }: AdmissionParts): AdmissionPlugin {
  return {
    name: "DefaultIngressClass",
    handles: (request) => request.operation === "CREATE" && isFor(request, group, "ingresses"),
    admit(request) {
      const ingress = objectOf<Ingress>(request);
      if (ingress.spec?.ingressClassName !== undefined || ingress.metadata.annotations?.[oldAnnotation] !== undefined) {
        return;
      }
      const classes = findAll<IngressClass>(lookup, group, "ingressclasses", "");
      const found = newestDefault(classes, ({ metadata }) => metadata.annotations?.[mark] === "true");
      if (found) (ingress.spec ??= {}).ingressClassName = found.metadata.name;
    },
  };
}
