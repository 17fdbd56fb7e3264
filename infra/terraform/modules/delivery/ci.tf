# CI's way in, without a key, and what it may do there: apply this configuration and migrate. What
# would let it do more than that a person applies: `fritz deploy --bootstrap`.

locals {
  # Each for the resources that it makes.
  manages = [
    "roles/artifactregistry.admin",
    "roles/bigquery.dataOwner",
    "roles/bigquery.jobUser",
    "roles/cloudbuild.builds.editor",
    "roles/cloudfunctions.developer",
    "roles/cloudscheduler.admin",
    "roles/compute.loadBalancerAdmin",
    "roles/compute.securityAdmin",
    "roles/datastore.owner",
    "roles/firebaserules.admin",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.serviceAccountUser",
    "roles/iam.workloadIdentityPoolViewer", # sees its own way in, and cannot widen it
    "roles/identityplatform.admin",
    "roles/logging.configWriter",
    "roles/monitoring.editor",
    "roles/pubsub.admin",
    "roles/run.admin",
    "roles/serviceusage.serviceUsageAdmin",
    "roles/storage.admin",
  ]
  # What the platform's accounts have on the project. Whoever may grant others could make itself owner.
  grants = [
    "roles/artifactregistry.writer",
    "roles/bigquery.jobUser",
    "roles/bigquery.readSessionUser",
    "roles/cloudtrace.agent",
    "roles/datastore.user",
    "roles/firebaseauth.admin",
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
  ]
  # Roles with a limit: who may be granted what, and secrets that are made but not read.
  limited = {
    "roles/resourcemanager.projectIamAdmin" = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${join(", ", formatlist("'%s'", local.grants))}])"
    "roles/secretmanager.admin"             = "resource.type != 'secretmanager.googleapis.com/SecretVersion'"
  }
}

resource "google_iam_workload_identity_pool" "ci" {
  workload_identity_pool_id = "ci"
  display_name              = "CI"
}

resource "google_iam_workload_identity_pool_provider" "github" {
  workload_identity_pool_id          = google_iam_workload_identity_pool.ci.workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  # Only this repository, its one branch, and of that only what an environment's reviewers let through.
  attribute_condition = join(" && ", [
    "assertion.repository == '${var.repository}'",
    "assertion.ref == 'refs/heads/${var.branch}'",
    "assertion.environment == '${var.environment}'",
  ])
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
  member             = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.ci.name}/subject/repo:${var.repository}:environment:${var.environment}"
}

resource "google_project_iam_member" "ci" {
  for_each = toset(local.manages)
  project  = var.project
  role     = each.value
  member   = google_service_account.ci.member
}

resource "google_project_iam_member" "ci_limited" {
  for_each = local.limited
  project  = var.project
  role     = each.key
  member   = google_service_account.ci.member

  condition {
    title      = "limited"
    expression = each.value
  }
}

# The budget belongs to the billing account, not to the project.
resource "google_billing_account_iam_member" "ci" {
  count              = var.billing_account == "" ? 0 : 1
  billing_account_id = var.billing_account
  role               = "roles/billing.costsManager"
  member             = google_service_account.ci.member
}
