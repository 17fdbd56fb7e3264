# One Cloud Run job: work in tasks, side by side, that ends.

module "account" {
  source        = "../account"
  account_id    = "job-${var.name}"
  display_name  = "Fritz job ${var.name}"
  project       = var.project
  roles         = ["roles/datastore.user", "roles/bigquery.jobUser", "roles/bigquery.readSessionUser"]
  topics        = var.topics
  publishes     = var.row.publishes
  bucket        = var.bucket
  bucket_roles  = ["roles/storage.objectUser"]
  dataset       = var.dataset
  dataset_roles = ["roles/bigquery.dataEditor"]
}

resource "google_cloud_run_v2_job" "this" {
  name                = var.name
  location            = var.region
  deletion_protection = false

  template {
    task_count  = var.row.tasks
    parallelism = var.row.tasks

    template {
      service_account = module.account.email
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
  value       = module.account.email
  description = "The job's own account."
}

output "roles" {
  value       = module.account.roles
  description = "Its roles on the project."
}
