# The account of one deployable, and what it may do: nothing that is not named here.

resource "google_service_account" "this" {
  account_id   = var.account_id
  display_name = var.display_name
}

resource "google_project_iam_member" "this" {
  for_each = toset(concat(var.roles, [
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
    "roles/cloudtrace.agent",
  ]))
  project = var.project
  role    = each.value
  member  = google_service_account.this.member
}

resource "google_pubsub_topic_iam_member" "publishes" {
  for_each = toset(var.publishes)
  topic    = var.topics[each.value]
  role     = "roles/pubsub.publisher"
  member   = google_service_account.this.member
}

resource "google_storage_bucket_iam_member" "this" {
  for_each = toset(var.bucket_roles)
  bucket   = var.bucket
  role     = each.value
  member   = google_service_account.this.member
}

resource "google_bigquery_dataset_iam_member" "this" {
  for_each   = toset(var.dataset_roles)
  dataset_id = var.dataset
  role       = each.value
  member     = google_service_account.this.member
}
