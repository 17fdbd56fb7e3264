# A load balancer with Cloud Armor before the web app: what attacks or asks too much is turned away
# before it costs an instance. The web app then listens to the load balancer alone.

locals {
  # Google's own sets of rules, at the lowest sensitivity: SQL and Markdown are what people send here.
  preconfigured = ["cve-canary", "lfi-v33-stable", "protocolattack-v33-stable", "rce-v33-stable", "scannerdetection-v33-stable"]
}

resource "google_compute_security_policy" "this" {
  name        = "web"
  description = "What reaches the web app."

  dynamic "rule" {
    for_each = local.preconfigured
    content {
      action      = "deny(403)"
      priority    = 1000 + rule.key
      description = rule.value
      preview     = var.only_look

      match {
        expr {
          expression = "evaluatePreconfiguredWaf('${rule.value}', {'sensitivity': 1})"
        }
      }
    }
  }

  rule {
    action      = "throttle"
    priority    = 2000
    description = "Requests of one address"

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"
      rate_limit_threshold {
        count        = var.requests_per_minute
        interval_sec = 60
      }
    }
  }

  rule {
    action      = "allow"
    priority    = 2147483647
    description = "Everybody else"

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}

resource "google_compute_region_network_endpoint_group" "web" {
  name                  = "web"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = var.service
  }
}

resource "google_compute_backend_service" "web" {
  name                  = "web"
  protocol              = "HTTPS"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  security_policy       = google_compute_security_policy.this.id

  backend {
    group = google_compute_region_network_endpoint_group.web.id
  }

  log_config {
    enable      = true
    sample_rate = 1.0
  }
}

resource "google_compute_url_map" "web" {
  name            = "web"
  default_service = google_compute_backend_service.web.id
}

resource "google_compute_url_map" "to_https" {
  name = "to-https"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }
}

resource "google_compute_managed_ssl_certificate" "this" {
  name = "web"

  managed {
    domains = [var.domain]
  }
}

resource "google_compute_ssl_policy" "modern" {
  name            = "modern"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_target_https_proxy" "web" {
  name             = "web"
  url_map          = google_compute_url_map.web.id
  ssl_certificates = [google_compute_managed_ssl_certificate.this.id]
  ssl_policy       = google_compute_ssl_policy.modern.id
}

resource "google_compute_target_http_proxy" "to_https" {
  name    = "to-https"
  url_map = google_compute_url_map.to_https.id
}

resource "google_compute_global_address" "this" {
  name = "web"
}

locals {
  doors = {
    "443" = google_compute_target_https_proxy.web.id
    "80"  = google_compute_target_http_proxy.to_https.id
  }
}

resource "google_compute_global_forwarding_rule" "this" {
  for_each              = local.doors
  name                  = "web-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.this.id
  port_range            = each.key
  target                = each.value
}
