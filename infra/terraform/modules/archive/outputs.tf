output "dataset" {
  value       = google_bigquery_dataset.archive.dataset_id
  description = "The dataset of the tables."
}

output "tables" {
  value       = sort(keys(google_bigquery_table.this))
  description = "The tables' names."
}

output "query_accounts" {
  value       = { for right, account in google_service_account.query : right => account.email }
  description = "The account that runs queries, for each right."
}

output "roles" {
  value       = distinct([for each in google_project_iam_member.queries : each.role])
  description = "What these accounts may do in the project."
}

output "rules" {
  value = {
    tables = {
      for name, each in google_bigquery_table.this : name => {
        partitioned = length(each.range_partitioning) == 1
        clustered   = length(each.clustering) > 0
        protected   = each.deletion_protection
      }
    }
    views = concat(
      [for each in google_bigquery_table.view : each.view[0].query],
      [for each in google_bigquery_table.right : each.view[0].query],
      [for each in google_bigquery_table.open : each.view[0].query],
    )
    readable = {
      for right in local.rights : right => sort(concat(
        [for name, each in google_bigquery_table.right : name if local.views[name].right == right],
        [for name, each in google_bigquery_table.open : each.table_id if local.open[name].right == right],
      ))
    }
    authorized = toset(keys(google_bigquery_dataset_access.authorized))
  }
  description = "What the tests ask of it."
}
