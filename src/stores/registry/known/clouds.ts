import { type KnownRegistry, MIB } from "./known-registry.ts";

const ECR_API = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html";
const ACR = "https://learn.microsoft.com/en-us/azure/container-registry/container-registry-endpoint-reference";
const GAR = "https://cloud.google.com/artifact-registry/docs/docker/names";

/** Amazon's API refuses two separators in a row, which the grammar of the distribution-spec allows. */
const SINGLE_SEPARATORS = { refused: /__|--/, accepts: "single separators only, and neither __ nor --" } as const;

const ECR: Pick<KnownRegistry, "vendor" | "names" | "creation" | "createsByUpload" | "limits"> = {
  vendor: "Amazon ECR",
  names: { ...SINGLE_SEPARATORS, source: ECR_API },
  creation: {
    isRequired: true,
    how: "Run aws ecr create-repository --region {region} --repository-name {repository}. With a repository creation template for CREATE_ON_PUSH instead, set probe-push: off.",
    source: ECR_API,
  },
  // A repository creation template for CREATE_ON_PUSH.
  createsByUpload: true,
  limits: {
    // Not among the quotas: users measured it.
    layers: { max: 500, source: "https://github.com/spinframework/spin/issues/1787" },
    blob: { max: 52_000 * MIB, source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html" },
  },
};

/** Registries of cloud providers, each with hosts of its own for every account, project or region. */
export const CLOUDS: readonly KnownRegistry[] = [
  {
    ...ECR,
    pattern: /^\d{12}\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(?<china>\.cn)?$/,
    example: "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
    token: ["api.ecr.{region}.amazonaws.com{china}", "sts.{region}.amazonaws.com{china}"],
    blob: ["prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com{china}"],
    confidence: "high",
    source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
  },
  {
    ...ECR,
    pattern: /^\d{12}\.dkr-ecr\.(?<region>[a-z0-9-]+)\.on\.aws$/,
    example: "123456789012.dkr-ecr.eu-central-1.on.aws",
    token: ["api.ecr.{region}.amazonaws.com", "sts.{region}.amazonaws.com"],
    blob: ["prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com"],
    confidence: "medium",
    source: "https://docs.aws.amazon.com/general/latest/gr/ecr.html",
  },
  {
    ...ECR,
    pattern: /^\d{12}\.dkr\.ecr-fips\.(?<region>[a-z0-9-]+)\.amazonaws\.com$/,
    example: "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
    token: ["ecr-fips.{region}.amazonaws.com", "sts.{region}.amazonaws.com"],
    blob: ["prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com"],
    confidence: "medium",
    source: "https://docs.aws.amazon.com/general/latest/gr/ecr.html",
  },
  {
    ...ECR,
    pattern: /^\d{12}\.dkr-ecr-fips\.(?<region>[a-z0-9-]+)\.on\.aws$/,
    example: "123456789012.dkr-ecr-fips.us-east-1.on.aws",
    token: ["ecr-fips.{region}.amazonaws.com", "sts.{region}.amazonaws.com"],
    blob: ["prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com"],
    confidence: "medium",
    source: "https://docs.aws.amazon.com/general/latest/gr/ecr.html",
  },
  {
    vendor: "Amazon ECR Public",
    pattern: /^(?:public\.ecr\.aws|ecr-public\.aws\.com)$/,
    example: "public.ecr.aws",
    aliases: ["public.ecr.aws", "ecr-public.aws.com"],
    blob: ["d2glxqk2uabbnd.cloudfront.net", "d5l0dvt14r5h8.cloudfront.net"],
    confidence: "medium",
    source: "https://docs.aws.amazon.com/AmazonECR/latest/public/public-ecr-requests.html",
    names: {
      ...SINGLE_SEPARATORS,
      source: "https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_CreateRepository.html",
    },
    creation: {
      isRequired: true,
      how: "Run aws ecr-public create-repository --region us-east-1 --repository-name {rest}.",
      source: "https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_CreateRepository.html",
    },
    limits: {
      blob: {
        max: 10_000 * MIB,
        source: "https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html",
      },
    },
  },
  {
    // Global login servers, and those of one region.
    vendor: "Azure Container Registry",
    pattern: /^[a-z0-9-]+(?:\.[a-z0-9-]+\.geo)?\.azurecr\.io$/,
    example: "acme.azurecr.io",
    blob: [".blob.core.windows.net", ".data.azurecr.io"],
    confidence: "high",
    source: ACR,
  },
  {
    vendor: "Azure Container Registry (China)",
    pattern: /^[a-z0-9-]+(?:\.[a-z0-9-]+\.geo)?\.azurecr\.cn$/,
    example: "acme.azurecr.cn",
    blob: [".blob.core.chinacloudapi.cn", ".data.azurecr.cn"],
    confidence: "high",
    source: "https://docs.azure.cn/container-registry/container-registry-endpoint-reference",
  },
  {
    // Blobs are redirected to a path of the registry itself.
    vendor: "Google Artifact Registry",
    pattern: /^(?<location>[a-z0-9-]+)-docker\.pkg\.dev$/,
    example: "europe-west3-docker.pkg.dev",
    blob: [],
    confidence: "medium",
    source: "https://github.com/ahmetb/serverless-registry-proxy/issues/8",
    creation: {
      how: "Run gcloud artifacts repositories create {second} --project={first} --location={location} --repository-format=docker; a target begins with PROJECT/REPOSITORY.",
      source: GAR,
    },
  },
  {
    vendor: "Google Container Registry",
    pattern: /^(?:[a-z0-9-]+\.)?gcr\.io$/,
    example: "eu.gcr.io",
    blob: [],
    confidence: "medium",
    source: "https://github.com/ahmetb/serverless-registry-proxy/issues/8",
    creation: {
      how: "Create the repository for this host in the project {first}: https://cloud.google.com/artifact-registry/docs/transition/setup-gcr-repo.",
      source: "https://cloud.google.com/artifact-registry/docs/transition/changes-gcp",
    },
  },
  {
    vendor: "IBM Cloud Container Registry",
    pattern: /^(?:[a-z0-9-]+\.)?icr\.io$/,
    example: "de.icr.io",
    token: ["icr.io", "iam.cloud.ibm.com"],
    blob: [".icr.io"],
    confidence: "high",
    source: "https://cloud.ibm.com/docs/Registry?topic=Registry-registry_firewall",
    creation: {
      how: "Run ibmcloud cr namespace-add {first}.",
      source: "https://cloud.ibm.com/docs/cli?topic=cli-containerregcli",
    },
  },
  {
    // The first label of ocir.io may also be a key (fra), which no other host has in its name.
    vendor: "Oracle Cloud Infrastructure Registry",
    pattern: /^(?:ocir\.(?<region>[a-z0-9-]+)\.oci\.oraclecloud\.com|(?<area>[a-z]+(?:-[a-z]+)+-\d+)\.ocir\.io)$/,
    example: "ocir.eu-frankfurt-1.oci.oraclecloud.com",
    blob: ["objectstorage.{region}{area}.oraclecloud.com"],
    confidence: "low",
    source: "https://docs.oracle.com/en-us/iaas/Content/Registry/Tasks/registrycreatingarepository.htm",
    creation: {
      how: "Run oci artifacts container repository create --compartment-id COMPARTMENT --display-name {rest}.",
      source: "https://docs.oracle.com/en-us/iaas/Content/Registry/Tasks/registrycreatingarepository.htm",
    },
  },
  {
    vendor: "Oracle Cloud Infrastructure Registry",
    pattern: /^[a-z]{3}\.ocir\.io$/,
    example: "fra.ocir.io",
    blob: [],
    confidence: "low",
    source: "https://docs.oracle.com/en-us/iaas/Content/Registry/Tasks/registrycreatingarepository.htm",
    creation: {
      how: "Run oci artifacts container repository create --compartment-id COMPARTMENT --display-name {rest}.",
      source: "https://docs.oracle.com/en-us/iaas/Content/Registry/Tasks/registrycreatingarepository.htm",
    },
  },
  {
    vendor: "Alibaba Cloud Container Registry Personal Edition",
    pattern:
      /^(?:registry(?:-vpc|-internal)?\.(?<region>[a-z0-9-]+)\.aliyuncs\.com|crpi-[a-z0-9-]+\.(?<area>[a-z0-9-]+)\.personal\.cr\.aliyuncs\.com)$/,
    example: "registry.cn-hangzhou.aliyuncs.com",
    token: ["dockerauth.{region}{area}.aliyuncs.com"],
    blob: [".oss-{region}{area}.aliyuncs.com"],
    confidence: "low",
    source:
      "https://www.alibabacloud.com/help/en/acr/user-guide/individual-edition-instance-independent-domain-name-capacity-limit",
    names: {
      maxParts: 2,
      accepts: "names of the form namespace/repository only",
      source: "https://www.alibabacloud.com/help/en/acr/product-overview/terms",
    },
  },
  {
    vendor: "Alibaba Cloud Container Registry Enterprise Edition",
    pattern: /^[a-z0-9-]+\.(?<region>[a-z0-9-]+)\.cr\.aliyuncs\.com$/,
    example: "acme-registry.cn-hangzhou.cr.aliyuncs.com",
    token: ["dockerauth-ee.{region}.aliyuncs.com"],
    blob: [".oss-{region}.aliyuncs.com"],
    confidence: "low",
    source: "https://www.alibabacloud.com/help/en/acr/product-overview/terms",
    creation: {
      how: "Create the namespace {first} in the console of the instance, with repositories created automatically.",
      source: "https://www.alibabacloud.com/help/en/acr/user-guide/manage-namespaces",
    },
  },
  {
    vendor: "Huawei Cloud SWR",
    pattern: /^swr\.(?<region>[a-z0-9-]+)\.myhuaweicloud\.com$/,
    example: "swr.eu-de.myhuaweicloud.com",
    blob: [".obs.{region}.myhuaweicloud.com"],
    confidence: "low",
    source: "https://support.huaweicloud.com/intl/en-us/swr/index.html",
    creation: {
      how: "Create the organization {first} in the console of SWR.",
      source: "https://support.huaweicloud.com/intl/en-us/swr/index.html",
    },
  },
];
