# Who may sign in, and with what: Google, GitHub and ORCID. No passwords are kept anywhere.

resource "google_identity_platform_config" "this" {
  authorized_domains         = var.domains
  autodelete_anonymous_users = true

  # Users are Fritz's to forget: what they wrote stays others'.
  client {
    permissions {
      disabled_user_deletion = true
    }
  }

  sign_in {
    allow_duplicate_emails = false
    anonymous {
      enabled = false
    }
    email {
      enabled = false
    }
  }
}

resource "google_identity_platform_default_supported_idp_config" "this" {
  for_each      = { for name, each in var.providers_of_sign_in : name => each if name != "orcid" }
  idp_id        = "${each.key}.com"
  client_id     = each.value.client_id
  client_secret = each.value.client_secret
  enabled       = true

  depends_on = [google_identity_platform_config.this]
}

resource "google_identity_platform_oauth_idp_config" "orcid" {
  for_each      = { for name, each in var.providers_of_sign_in : name => each if name == "orcid" }
  name          = "oidc.orcid"
  display_name  = "ORCID"
  issuer        = "https://orcid.org"
  client_id     = each.value.client_id
  client_secret = each.value.client_secret
  enabled       = true

  response_type {
    code = true
  }

  depends_on = [google_identity_platform_config.this]
}
