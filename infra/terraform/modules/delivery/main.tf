# How code gets here: a bucket of artefacts, a repository of images, and CI's way in without a key.

resource "google_artifact_registry_repository" "images" {
  repository_id = "fritz"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the web app and the jobs."

  docker_config {
    immutable_tags = true
  }

  cleanup_policies {
    id     = "keep-the-latest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 20
    }
  }

  cleanup_policies {
    id     = "forget-the-old"
    action = "DELETE"
    condition {
      older_than = "7776000s"
    }
  }
}

resource "google_service_account" "build" {
  account_id   = "build"
  display_name = "Builds the functions"
}

resource "google_project_iam_member" "build" {
  for_each = toset(["roles/logging.logWriter", "roles/artifactregistry.writer"])
  project  = var.project
  role     = each.value
  member   = google_service_account.build.member
}

resource "google_storage_bucket_iam_member" "build" {
  bucket = var.artefacts
  role   = "roles/storage.objectViewer"
  member = google_service_account.build.member
}

resource "google_iam_workload_identity_pool" "ci" {
  workload_identity_pool_id = "ci"
  display_name              = "CI"
}

resource "google_iam_workload_identity_pool_provider" "github" {
  workload_identity_pool_id          = google_iam_workload_identity_pool.ci.workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  # Only this repository, and of it only what an environment's reviewers let through.
  attribute_condition = "assertion.repository == '${var.repository}' && assertion.environment == '${var.environment}'"
  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account" "ci" {
  account_id   = "ci"
  display_name = "Deploys from CI"
}

resource "google_service_account_iam_member" "ci" {
  service_account_id = google_service_account.ci.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.ci.name}/attribute.repository/${var.repository}"
}
