variable "region" {
  type        = string
  description = "Where the web app runs."
}

variable "service" {
  type        = string
  description = "The web app's service."
}

variable "domain" {
  type        = string
  description = "The domain that the certificate is for; its name server must lead to the address."

  validation {
    condition     = var.domain != ""
    error_message = "A load balancer needs a domain: its certificate is for one."
  }
}

variable "requests_per_minute" {
  type        = number
  description = "Requests of one address in a minute; what is more is answered 429."
}

variable "only_look" {
  type        = bool
  description = "Whether the preconfigured rules only note in the log what they would refuse."
}
