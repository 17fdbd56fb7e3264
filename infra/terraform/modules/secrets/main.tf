# Secrets by name. Their values are put in by a person, never by Terraform, whose state would keep them.

variable "names" {
  type        = set(string)
  description = "The secrets that there are."
}

variable "readers" {
  type        = map(list(string))
  description = "Who reads each: emails of service accounts."
}

resource "google_secret_manager_secret" "this" {
  for_each  = var.names
  secret_id = each.value

  replication {
    auto {}
  }
}

locals {
  grants = merge([
    for name, emails in var.readers : { for email in emails : "${name}/${email}" => { name = name, email = email } }
  ]...)
}

resource "google_secret_manager_secret_iam_member" "reads" {
  for_each  = local.grants
  secret_id = google_secret_manager_secret.this[each.value.name].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${each.value.email}"
}

output "ids" {
  value       = { for name, each in google_secret_manager_secret.this : name => each.secret_id }
  description = "The secrets' ids by name."
}
