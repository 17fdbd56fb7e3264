# The archive: tables that no person reads, and three datasets of views, one for each right.
#
# A view reads the tables because its dataset is authorized on theirs, not because its reader may.
# The web app runs each query as the account of what the asker was granted, so that a right holds
# even where the checking of SQL fails.

locals {
  data = jsondecode(file("${path.module}/../../tables.json"))

  # What a view is called says which right it is for; `all` is what administrators and engineers have.
  rights = ["public", "partnership", "all"]
  views = merge([
    for right in local.rights : {
      for name, sql in local.data.views : name => { right = right, sql = sql }
      if length(regexall("_${right}$", name)) > 0
    }
  ]...)
  # Catalogs are everybody's: each right's dataset shows them under their own names.
  open = merge([
    for right in local.rights : {
      for name in keys(local.data.tables) : "${right}/${name}" => { right = right, name = name }
      if length(regexall("^catalog_", name)) > 0
    }
  ]...)
  inner_views = { for name, sql in local.data.views : name => sql if !contains(keys(local.views), name) }
}

resource "google_bigquery_dataset" "archive" {
  dataset_id    = "archive"
  location      = var.location
  friendly_name = "Archive"
  description   = "Alerts, light curves, catalogs and the ledger. Read it through the datasets of views."

  delete_contents_on_destroy = false
  max_time_travel_hours      = "168"
}

resource "google_bigquery_table" "this" {
  for_each                 = local.data.tables
  dataset_id               = google_bigquery_dataset.archive.dataset_id
  table_id                 = each.key
  description              = each.value.description
  schema                   = jsonencode(each.value.schema)
  clustering               = each.value.clustering
  require_partition_filter = each.value.require_partition_filter
  deletion_protection      = var.protect

  dynamic "range_partitioning" {
    for_each = each.value.range_partitioning == null ? [] : [each.value.range_partitioning]
    content {
      field = range_partitioning.value.field
      range {
        start    = range_partitioning.value.range.start
        end      = range_partitioning.value.range.end
        interval = range_partitioning.value.range.interval
      }
    }
  }

}

resource "google_bigquery_table" "view" {
  for_each            = local.inner_views
  dataset_id          = google_bigquery_dataset.archive.dataset_id
  table_id            = each.key
  deletion_protection = false # it holds nothing

  view {
    query          = replace(each.value, "/(FROM|JOIN) `([a-z0-9_]+)`/", "$1 `${var.project}.archive.$2`")
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.this]
}

resource "google_bigquery_dataset" "rights" {
  for_each      = toset(local.rights)
  dataset_id    = "archive_${each.value}"
  location      = var.location
  friendly_name = "Archive, ${each.value}"
  description   = "What somebody with ${each.value} rights may see of the archive, histories included."
}

resource "google_bigquery_table" "right" {
  for_each            = local.views
  dataset_id          = google_bigquery_dataset.rights[each.value.right].dataset_id
  table_id            = each.key
  deletion_protection = false

  view {
    query          = replace(each.value.sql, "/(FROM|JOIN) `([a-z0-9_]+)`/", "$1 `${var.project}.archive.$2`")
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.this, google_bigquery_table.view]
}

resource "google_bigquery_table" "open" {
  for_each            = local.open
  dataset_id          = google_bigquery_dataset.rights[each.value.right].dataset_id
  table_id            = each.value.name
  deletion_protection = false

  view {
    query          = "SELECT * FROM `${var.project}.archive.${each.value.name}`"
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.this]
}

resource "google_bigquery_dataset_access" "authorized" {
  for_each   = toset(local.rights)
  dataset_id = google_bigquery_dataset.archive.dataset_id

  dataset {
    dataset {
      project_id = var.project
      dataset_id = google_bigquery_dataset.rights[each.value].dataset_id
    }
    target_types = ["VIEWS"]
  }
}

resource "google_service_account" "query" {
  for_each     = toset(local.rights)
  account_id   = "query-${each.value}"
  display_name = "Queries of people with ${each.value} rights"
}

resource "google_bigquery_dataset_iam_member" "reads" {
  for_each   = toset(local.rights)
  dataset_id = google_bigquery_dataset.rights[each.value].dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = google_service_account.query[each.value].member
}

resource "google_project_iam_member" "queries" {
  for_each = toset(local.rights)
  project  = var.project
  role     = "roles/bigquery.jobUser"
  member   = google_service_account.query[each.value].member
}

# The positions of a large search stand in the bucket while it runs.
resource "google_storage_bucket_iam_member" "positions" {
  for_each = toset(local.rights)
  bucket   = var.bucket
  role     = "roles/storage.objectViewer"
  member   = google_service_account.query[each.value].member

  condition {
    title      = "statements"
    expression = "resource.name.startsWith(\"projects/_/buckets/${var.bucket}/objects/statements/\")"
  }
}

# The web app becomes one of them for a query; nobody else can.
resource "google_service_account_iam_member" "impersonates" {
  for_each           = toset(local.rights)
  service_account_id = google_service_account.query[each.value].name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${var.web_account}"
}
