# One Cloud Run job: work in tasks, side by side, that ends.

resource "google_service_account" "this" {
  account_id   = "job-${var.name}"
  display_name = "Fritz job ${var.name}"
}

resource "google_project_iam_member" "this" {
  for_each = toset([
    "roles/datastore.user",
    "roles/bigquery.jobUser",
    "roles/bigquery.readSessionUser",
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
  ])
  project = var.project
  role    = each.value
  member  = google_service_account.this.member
}

resource "google_storage_bucket_iam_member" "this" {
  bucket = var.bucket
  role   = "roles/storage.objectUser"
  member = google_service_account.this.member
}

resource "google_bigquery_dataset_iam_member" "this" {
  dataset_id = var.dataset
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.this.member
}

resource "google_pubsub_topic_iam_member" "publishes" {
  for_each = toset(var.row.publishes)
  topic    = var.topics[each.value]
  role     = "roles/pubsub.publisher"
  member   = google_service_account.this.member
}

resource "google_cloud_run_v2_job" "this" {
  name                = var.name
  location            = var.region
  deletion_protection = false

  template {
    task_count  = var.row.tasks
    parallelism = var.row.tasks

    template {
      service_account = google_service_account.this.email
      timeout         = "${var.row.timeout_s}s"
      max_retries     = 3

      containers {
        image   = var.image
        command = ["fritz"]
        args    = var.row.args

        resources {
          limits = { cpu = tostring(var.row.cpu), memory = var.row.memory }
        }

        dynamic "env" {
          for_each = var.environment
          content {
            name  = env.key
            value = env.value
          }
        }
      }
    }
  }

  labels = { part = "job" }
}

output "name" {
  value       = google_cloud_run_v2_job.this.name
  description = "The job's name."
}

output "email" {
  value       = google_service_account.this.email
  description = "The job's own account."
}

output "roles" {
  value       = sort([for each in google_project_iam_member.this : each.role])
  description = "Its roles on the project."
}
