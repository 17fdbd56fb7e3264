output "uri" {
  value       = google_cloud_run_v2_service.this.uri
  description = "The service's URL."
}

output "name" {
  value       = google_cloud_run_v2_service.this.name
  description = "The service's name."
}

output "email" {
  value       = module.account.email
  description = "The web app's account."
}

output "roles" {
  value       = module.account.roles
  description = "Its roles on the project."
}

output "open_to" {
  value       = google_cloud_run_v2_service_iam_member.world.member
  description = "Who may ask."
}

output "rules" {
  value = {
    ingress = google_cloud_run_v2_service.this.ingress
    mapped  = keys(google_cloud_run_domain_mapping.this)
  }
  description = "What the tests ask of it."
}
