/** API schema table of apiextensions.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const apiextensionsV1 = `
group apiextensions.k8s.io v1 proto=k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1
resource customresourcedefinitions CustomResourceDefinition Cluster short=crd,crds categories=api-extensions verbs=all
 status CustomResourceDefinition verbs=get,patch,update

type CustomResourceColumnDefinition
 description string #4
 format string #3
 jsonPath! string #6
 name! string #1
 priority int32 #5
 type! string #2
type CustomResourceConversion
 strategy! string #1 enum=None|Webhook
 webhook *WebhookConversion #2
kind CustomResourceDefinition
 metadata meta.v1.ObjectMeta #1
 spec! CustomResourceDefinitionSpec #2
 status CustomResourceDefinitionStatus #3
type CustomResourceDefinitionCondition
 lastTransitionTime Time #3
 message string #5
 observedGeneration int64 #6
 reason string #4
 status! string #2 enum=True|False|Unknown
 type! string #1 enum=Established|NamesAccepted|NonStructuralSchema|Terminating|KubernetesAPIApprovalPolicyConformant|StorageMigrating
kind CustomResourceDefinitionList
 items! []CustomResourceDefinition #2
 metadata meta.v1.ListMeta #1
type CustomResourceDefinitionNames
 categories []string #6 list=atomic
 kind! string #4
 listKind string #5
 plural! string #1
 shortNames []string #3 list=atomic
 singular string #2
type CustomResourceDefinitionSpec
 conversion *CustomResourceConversion #9 default={"strategy":"None"}
 group! string #1
 names! CustomResourceDefinitionNames #3
 preserveUnknownFields boolean #10
 scope! string #4 enum=Cluster|Namespaced
 versions! []CustomResourceDefinitionVersion #7 list=atomic
type CustomResourceDefinitionStatus
 acceptedNames CustomResourceDefinitionNames #2
 conditions []CustomResourceDefinitionCondition #1 list=map(type)
 observedGeneration int64 #4
 storedVersions []string #3 list=atomic
type CustomResourceDefinitionVersion
 additionalPrinterColumns []CustomResourceColumnDefinition #6 list=atomic
 deprecated boolean #7
 deprecationWarning *string #8
 name! string #1
 schema *CustomResourceValidation #4
 selectableFields []SelectableField #9 list=atomic
 served! boolean #2
 storage! boolean #3
 subresources *CustomResourceSubresources #5
type CustomResourceSubresourceScale
 labelSelectorPath *string #3
 specReplicasPath! string #1
 statusReplicasPath! string #2
type CustomResourceSubresourceStatus
type CustomResourceSubresources
 scale *CustomResourceSubresourceScale #2
 status *CustomResourceSubresourceStatus #1
type CustomResourceValidation
 openAPIV3Schema *JSONSchemaProps #1
type ExternalDocumentation
 description string #1
 url string #2
type JSONSchemaProps
 $ref *string #3
 $schema string #2
 additionalItems *JSONSchemaPropsOrBool #33
 additionalProperties *JSONSchemaPropsOrBool #30
 allOf []JSONSchemaProps #25 list=atomic
 anyOf []JSONSchemaProps #27 list=atomic
 default *JSON #8
 definitions {}JSONSchemaProps #34
 dependencies {}JSONSchemaPropsOrStringArray #32
 description string #4
 enum []JSON #20 list=atomic
 example *JSON #36
 exclusiveMaximum boolean #10
 exclusiveMinimum boolean #12
 externalDocs *ExternalDocumentation #35
 format string #6
 id string #1
 items *JSONSchemaPropsOrArray #24
 maxItems *int64 #16
 maxLength *int64 #13
 maxProperties *int64 #21
 maximum *double #9
 minItems *int64 #17
 minLength *int64 #14
 minProperties *int64 #22
 minimum *double #11
 multipleOf *double #19
 not *JSONSchemaProps #28
 nullable boolean #37
 oneOf []JSONSchemaProps #26 list=atomic
 pattern string #15
 patternProperties {}JSONSchemaProps #31
 properties {}JSONSchemaProps #29
 required []string #23 list=atomic
 title string #7
 type string #5
 uniqueItems boolean #18
 x-kubernetes-embedded-resource boolean #39
 x-kubernetes-int-or-string boolean #40
 x-kubernetes-list-map-keys []string #41 list=atomic
 x-kubernetes-list-type *string #42
 x-kubernetes-map-type *string #43
 x-kubernetes-preserve-unknown-fields *boolean #38
 x-kubernetes-validations []ValidationRule #44 list=map(rule) patch=merge key=rule
type SelectableField
 jsonPath! string #1
type ServiceReference
 name! string #2
 namespace! string #1
 path *string #3
 port *int32 #4 default=443
type ValidationRule
 fieldPath string #5
 message string #2
 messageExpression string #3
 optionalOldSelf *boolean #6
 reason *string #4 enum=FieldValueRequired|FieldValueDuplicate|FieldValueInvalid|FieldValueForbidden
 rule! string #1
type WebhookClientConfig
 caBundle byte #2
 service *ServiceReference #1
 url *string #3
type WebhookConversion
 clientConfig *WebhookClientConfig #2
 conversionReviewVersions! []string #3 list=atomic
`;
