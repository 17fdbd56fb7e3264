output "address" {
  value       = google_compute_global_address.this.address
  description = "Where the domain must lead."
}

output "rules" {
  value = {
    attached  = google_compute_backend_service.web.security_policy == google_compute_security_policy.this.id
    throttled = [for each in google_compute_security_policy.this.rule : each.rate_limit_options[0].rate_limit_threshold[0].count if each.action == "throttle"]
    refused   = [for each in google_compute_security_policy.this.rule : each.description if each.action == "deny(403)" && !each.preview]
    ports     = sort(keys(google_compute_global_forwarding_rule.this))
    encrypted = google_compute_url_map.to_https.default_url_redirect[0].https_redirect && google_compute_ssl_policy.modern.min_tls_version == "TLS_1_2"
  }
  description = "What the tests ask of it."
}
