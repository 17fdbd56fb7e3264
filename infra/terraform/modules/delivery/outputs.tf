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
