output "email" {
  value       = google_service_account.this.email
  description = "The account."
}

output "account_id" {
  value       = google_service_account.this.account_id
  description = "Its name."
}

output "roles" {
  value       = sort([for each in google_project_iam_member.this : each.role])
  description = "Its roles on the project."
}
