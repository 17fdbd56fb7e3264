# The marshal: one Cloud Run service, the only thing that the world may reach.

module "account" {
  source       = "../account"
  account_id   = "web"
  display_name = "Fritz web app"
  project      = var.project
  roles = [
    "roles/datastore.user",
    "roles/bigquery.jobUser",
    "roles/bigquery.readSessionUser",
    "roles/firebaseauth.admin", # makes and revokes session cookies
  ]
  topics       = var.topics
  publishes    = var.row.publishes
  bucket       = var.bucket
  bucket_roles = ["roles/storage.objectUser"]
}

resource "google_cloud_run_v2_service" "this" {
  name                = "web"
  location            = var.region
  ingress             = var.behind_load_balancer ? "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" : "INGRESS_TRAFFIC_ALL"
  deletion_protection = false # it keeps nothing; the database and the tables are protected

  template {
    service_account                  = module.account.email
    max_instance_request_concurrency = var.row.concurrency
    timeout                          = "300s"

    scaling {
      min_instance_count = var.warm_instances
      max_instance_count = min(var.row.max_instances, var.most_instances)
    }

    containers {
      image = var.image

      resources {
        limits            = { cpu = tostring(var.row.cpu), memory = var.row.memory }
        cpu_idle          = true
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = var.environment
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = var.secrets
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = env.value
              version = "latest"
            }
          }
        }
      }

      startup_probe {
        initial_delay_seconds = 0
        period_seconds        = 2
        failure_threshold     = 30
        timeout_seconds       = 2
        http_get {
          path = "/api/sysinfo"
        }
      }

      liveness_probe {
        period_seconds    = 30
        failure_threshold = 3
        timeout_seconds   = 5
        http_get {
          path = "/api/sysinfo"
        }
      }
    }
  }

  # A new revision takes traffic once its start-up probe has passed: nobody sees the change.
  traffic {
    type    = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    percent = 100
  }

  labels = { part = "web" }
}

# Everybody may ask; who is answered what is the web app's to decide.
resource "google_cloud_run_v2_service_iam_member" "world" {
  name     = google_cloud_run_v2_service.this.name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}

# Behind a load balancer the domain is the load balancer's.
resource "google_cloud_run_domain_mapping" "this" {
  for_each = var.domain == "" || var.behind_load_balancer ? toset([]) : toset([var.domain])
  name     = each.value
  location = var.region

  metadata {
    namespace = var.project
  }

  spec {
    route_name = google_cloud_run_v2_service.this.name
  }
}
