variable "domains" {
  type        = list(string)
  description = "Where sign-in pages may stand."
}

variable "providers_of_sign_in" {
  type        = map(object({ client_id = string, client_secret = string }))
  default     = {}
  description = "Keys google, github and orcid; those that are left out are not offered."

  validation {
    condition     = alltrue([for name in keys(var.providers_of_sign_in) : contains(["google", "github", "orcid"], name)])
    error_message = "The providers are google, github and orcid."
  }
}
