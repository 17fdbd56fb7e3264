# One function as services.json describes it: its own account, its code by hash, its rights.

locals {
  archive_roles = {
    none   = []
    append = ["roles/bigquery.dataEditor"]
    read   = ["roles/bigquery.dataViewer"]
    write  = ["roles/bigquery.dataEditor"]
  }
  object_roles = {
    none  = []
    read  = ["roles/storage.objectViewer"]
    write = ["roles/storage.objectUser"]
  }
  # What a query needs of the project itself; appending rows needs neither.
  query_roles = contains(["read", "write"], var.row.archive) ? ["roles/bigquery.jobUser", "roles/bigquery.readSessionUser"] : []
}

resource "google_service_account" "this" {
  account_id   = "fn-${var.name}"
  display_name = "Fritz function ${var.name}"
}

resource "google_project_iam_member" "this" {
  for_each = toset(concat(
    var.row.documents ? ["roles/datastore.user"] : [],
    local.query_roles,
    ["roles/logging.logWriter", "roles/monitoring.metricWriter", "roles/cloudtrace.agent"],
  ))
  project = var.project
  role    = each.value
  member  = google_service_account.this.member
}

resource "google_pubsub_topic_iam_member" "publishes" {
  for_each = toset(var.row.publishes)
  topic    = var.topics[each.value]
  role     = "roles/pubsub.publisher"
  member   = google_service_account.this.member
}

resource "google_storage_bucket_iam_member" "this" {
  for_each = toset(local.object_roles[var.row.objects])
  bucket   = var.bucket
  role     = each.value
  member   = google_service_account.this.member
}

resource "google_bigquery_dataset_iam_member" "this" {
  for_each   = toset(local.archive_roles[var.row.archive])
  dataset_id = var.dataset
  role       = each.value
  member     = google_service_account.this.member
}

resource "google_cloudfunctions2_function" "this" {
  name        = var.name
  location    = var.region
  description = "Fritz: ${var.row.source}"

  build_config {
    runtime         = "python312"
    entry_point     = var.row.target
    service_account = var.build_account
    source {
      storage_source {
        bucket = var.artefact.bucket
        object = var.artefact.object
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.this.email
    available_memory                 = var.row.memory
    available_cpu                    = tostring(var.row.cpu)
    max_instance_request_concurrency = var.row.concurrency
    max_instance_count               = min(var.row.max_instances, var.most_instances)
    min_instance_count               = 0
    timeout_seconds                  = var.row.ack_deadline_s
    ingress_settings                 = "ALLOW_INTERNAL_ONLY"
    all_traffic_on_latest_revision   = true
    environment_variables            = merge(var.environment, var.row.environment)
  }

  labels = { part = "function" }
}
