output "key" {
  value       = google_identity_platform_config.this.client[0].api_key
  description = "The web API key, which names the project and is no secret."
}

output "providers" {
  value = concat(
    [for each in google_identity_platform_default_supported_idp_config.this : each.idp_id],
    [for each in google_identity_platform_oauth_idp_config.orcid : each.name],
  )
  description = "What people sign in with, as Firebase calls it."
}
