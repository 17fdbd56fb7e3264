output "build_account" {
  value       = google_service_account.build.id
  description = "Id of the account that builds."
}

output "ci_account" {
  value       = google_service_account.ci.email
  description = "The account that CI becomes."
}

output "ci_provider" {
  value       = google_iam_workload_identity_pool_provider.github.name
  description = "What CI asks for a token."
}

output "rules" {
  value = {
    builds    = [for each in google_project_iam_member.build : each.role]
    manages   = [for each in google_project_iam_member.ci : each.role]
    limited   = { for each in google_project_iam_member.ci_limited : each.role => each.condition[0].expression }
    grants    = local.grants
    condition = google_iam_workload_identity_pool_provider.github.attribute_condition
    member    = google_service_account_iam_member.ci.member
  }
  description = "What the tests ask of it."
}
