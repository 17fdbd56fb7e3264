output "uri" {
  value       = google_cloudfunctions2_function.this.service_config[0].uri
  description = "Where Pub/Sub and the scheduler push to."
}

output "service" {
  value       = google_cloudfunctions2_function.this.name
  description = "The Cloud Run service behind the function."
}

output "email" {
  value       = module.account.email
  description = "The function's own account."
}

output "roles" {
  value       = module.account.roles
  description = "Its roles on the project."
}

output "account_id" {
  value       = module.account.account_id
  description = "Its account's name, which is its own."
}

output "ingress" {
  value       = google_cloudfunctions2_function.this.service_config[0].ingress_settings
  description = "From where it can be reached."
}
