# The whole of Fritz in one project. Environments differ by the values of the variables only, which
# stand in environments/.

provider "google" {
  project = var.project
  region  = var.region

  # Budgets and Identity Platform ask whose quota a person or CI uses.
  user_project_override = true
  billing_project       = var.project

  default_labels = {
    platform    = "fritz"
    environment = var.name
  }
}

locals {
  data = jsondecode(file("${path.module}/services.json"))

  environment = {
    FRITZ_BACKEND     = "cloud"
    FRITZ_PROJECT     = var.project
    FRITZ_BUCKET      = module.bucket.name
    FRITZ_DATASET     = "archive"
    FRITZ_PUBLIC_URL  = var.public_url
    FRITZ_VERSION     = var.release
    FRITZ_LOG_LEVEL   = var.log_level
    FRITZ_TRACE_RATIO = "0.01"

    FRITZ_PACKETS_BY_REFERENCE = "true"
  }
  secrets = { FRITZ_SECRET = "session-key" }
  sign_in = {
    FRITZ_SIGN_IN_KEY       = module.identity.key
    FRITZ_SIGN_IN_PROVIDERS = join(",", module.identity.providers)
  }

  pubsub_agent = "serviceAccount:service-${var.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"

  pushed    = { for name, row in local.data.functions : name => row if lookup(row, "topic", null) != null }
  scheduled = { for name, row in local.data.functions : name => row if lookup(row, "schedule", null) != null }
}

resource "google_project_service" "this" {
  for_each = toset(concat(var.behind_load_balancer ? ["compute.googleapis.com"] : [], [
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "bigquerystorage.googleapis.com",
    "billingbudgets.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudscheduler.googleapis.com",
    "cloudtrace.googleapis.com",
    "firebaserules.googleapis.com",
    "firestore.googleapis.com",
    "iamcredentials.googleapis.com",
    "identitytoolkit.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
    "sts.googleapis.com",
  ]))
  service            = each.value
  disable_on_destroy = false
}

module "topic" {
  source      = "./modules/topic"
  for_each    = local.data.topics
  name        = each.key
  description = each.value

  depends_on = [google_project_service.this]
}

module "bucket" {
  source   = "./modules/bucket"
  name     = "${var.project}-packets"
  location = var.region
  keep     = var.protect
  colder = [
    { days = 30, class = "NEARLINE", prefixes = ["packs/"] },
    { days = 365, class = "ARCHIVE", prefixes = ["packs/"] },
  ]

  depends_on = [google_project_service.this]
}

module "artefacts" {
  source      = "./modules/bucket"
  name        = "${var.project}-artefacts"
  location    = var.region
  keep        = false
  forget_days = 180

  depends_on = [google_project_service.this]
}

module "firestore" {
  source   = "./modules/firestore"
  location = var.region
  protect  = var.protect

  depends_on = [google_project_service.this]
}

module "archive" {
  source      = "./modules/archive"
  project     = var.project
  bucket      = module.bucket.name
  location    = var.region
  protect     = var.protect
  web_account = module.web.email

  depends_on = [google_project_service.this]
}

module "delivery" {
  source          = "./modules/delivery"
  project         = var.project
  region          = var.region
  artefacts       = module.artefacts.name
  repository      = var.repository
  branch          = var.branch
  environment     = var.name
  billing_account = var.billing_account

  depends_on = [google_project_service.this]
}

module "function" {
  source         = "./modules/function"
  for_each       = local.data.functions
  name           = each.key
  row            = each.value
  project        = var.project
  region         = var.region
  topics         = { for name, topic in module.topic : name => topic.id }
  bucket         = module.bucket.name
  dataset        = module.archive.dataset
  environment    = local.environment
  artefact       = { bucket = module.artefacts.name, object = lookup(var.artefacts, each.key, "none") }
  build_account  = module.delivery.build_account
  most_instances = var.most_instances
}

module "push" {
  source            = "./modules/push"
  for_each          = local.pushed
  function          = each.key
  service           = module.function[each.key].service
  uri               = module.function[each.key].uri
  project           = var.project
  region            = var.region
  topic             = module.topic[each.value.topic].id
  topic_name        = each.value.topic
  dead_letter_topic = each.value.dead_letter_topic == null ? null : module.topic[each.value.dead_letter_topic].id
  max_attempts      = each.value.max_attempts
  ack_deadline_s    = each.value.ack_deadline_s
  min_backoff_s     = each.value.min_backoff_s
  max_backoff_s     = each.value.max_backoff_s
  pubsub_agent      = local.pubsub_agent
}

# A schedule is a message on the function's topic: it is retried, and given up, as any other is.
resource "google_cloud_scheduler_job" "this" {
  for_each    = local.scheduled
  name        = each.key
  region      = var.region
  description = "Starts ${each.key}"
  schedule    = each.value.schedule
  time_zone   = "Etc/UTC"

  pubsub_target {
    topic_name = module.topic[each.value.topic].id
    data       = base64encode("{}")
    attributes = { origin = "schedule" }
  }

  retry_config {
    retry_count = 3
  }
}

module "web" {
  source               = "./modules/web"
  row                  = local.data.web
  project              = var.project
  region               = var.region
  topics               = { for name, topic in module.topic : name => topic.id }
  bucket               = module.bucket.name
  image                = var.image
  environment          = merge(local.environment, local.sign_in)
  secrets              = { for variable, name in local.secrets : variable => module.secrets.ids[name] }
  warm_instances       = var.warm_instances
  most_instances       = var.most_instances
  domain               = var.domain
  behind_load_balancer = var.behind_load_balancer
}

module "shield" {
  source              = "./modules/shield"
  count               = var.behind_load_balancer ? 1 : 0
  region              = var.region
  service             = module.web.name
  domain              = var.domain
  requests_per_minute = var.requests_per_minute
  only_look           = var.armor_only_looks
}

resource "google_bigquery_dataset_iam_member" "web" {
  dataset_id = module.archive.dataset
  role       = "roles/bigquery.dataViewer"
  member     = "serviceAccount:${module.web.email}"
}

module "secrets" {
  source  = "./modules/secrets"
  names   = toset(values(local.secrets))
  readers = {}

  depends_on = [google_project_service.this]
}

# Apart from the secrets themselves: the service waits for their ids, and this for the service.
resource "google_secret_manager_secret_iam_member" "web" {
  for_each  = local.secrets
  secret_id = module.secrets.ids[each.value]
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${module.web.email}"
}

module "job" {
  source      = "./modules/job"
  for_each    = lookup(local.data, "jobs", {})
  name        = each.key
  row         = each.value
  project     = var.project
  region      = var.region
  image       = var.image
  environment = local.environment
  topics      = { for name, topic in module.topic : name => topic.id }
  bucket      = module.bucket.name
  dataset     = module.archive.dataset
}

module "identity" {
  source               = "./modules/identity"
  domains              = distinct(["${var.project}.firebaseapp.com", regex("^https?://([^/:]+)", var.public_url)[0]])
  providers_of_sign_in = var.providers_of_sign_in

  depends_on = [google_project_service.this]
}

module "monitoring" {
  source             = "./modules/monitoring"
  project            = var.project
  project_number     = var.project_number
  web                = module.web.name
  emails             = var.emails
  billing_account    = var.billing_account
  monthly_budget_usd = var.monthly_budget_usd
  watch_for_silence  = var.watch_for_silence

  depends_on = [google_project_service.this]
}

