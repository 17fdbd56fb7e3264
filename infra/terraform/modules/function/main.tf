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

module "account" {
  source        = "../account"
  account_id    = "fn-${var.name}"
  display_name  = "Fritz function ${var.name}"
  project       = var.project
  roles         = concat(var.row.documents ? ["roles/datastore.user"] : [], local.query_roles)
  topics        = var.topics
  publishes     = var.row.publishes
  bucket        = var.bucket
  bucket_roles  = local.object_roles[var.row.objects]
  dataset       = var.dataset
  dataset_roles = local.archive_roles[var.row.archive]
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
    service_account_email            = module.account.email
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
