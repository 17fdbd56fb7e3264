# How code gets here: a repository of images, and the account that builds.

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
  display_name = "Builds the functions and the image"
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
