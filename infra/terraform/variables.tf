variable "name" {
  type        = string
  description = "The environment: staging or production."

  validation {
    condition     = contains(["staging", "production"], var.name)
    error_message = "The environments are staging and production."
  }
}

variable "project" {
  type        = string
  description = "The Google Cloud project."
}

variable "project_number" {
  type        = string
  description = "Its number, which names Google's own agents in it."
}

variable "region" {
  type        = string
  description = "Where everything runs and is kept."
}

variable "release" {
  type        = string
  description = "The version that runs, as the API tells it."
}

variable "image" {
  type        = string
  description = "The web app's image, by digest."
}

variable "artefacts" {
  type        = map(string)
  description = "The functions' zips in the bucket of artefacts, by function."
}

variable "public_url" {
  type        = string
  description = "Where people reach the marshal."
}

variable "domain" {
  type        = string
  description = "A domain of one's own; empty for the service's URL."
}

variable "behind_load_balancer" {
  type        = bool
  description = "Whether only a load balancer with Cloud Armor may reach the web app; needs a domain."
}

variable "requests_per_minute" {
  type        = number
  description = "Requests of one address that Cloud Armor lets through in a minute."
}

variable "armor_only_looks" {
  type        = bool
  description = "Whether Cloud Armor's preconfigured rules only note in the log what they would refuse."
}

variable "warm_instances" {
  type        = number
  description = "Web instances that wait even when nobody asks."
}

variable "most_instances" {
  type        = number
  description = "Instances of any one service at most."
}

variable "protect" {
  type        = bool
  description = "Whether data refuse to be deleted."
}

variable "log_level" {
  type        = string
  description = "Least severe log entries that are written."
}

variable "repository" {
  type        = string
  description = "The GitHub repository that may deploy, as owner/name."
}

variable "branch" {
  type        = string
  description = "The branch of it that may."
}

variable "providers_of_sign_in" {
  type        = map(object({ client_id = string, client_secret = string }))
  description = "OAuth clients at google, github and orcid."
}

variable "emails" {
  type        = list(string)
  description = "Who is told when something is wrong."
}

variable "billing_account" {
  type        = string
  description = "Whose budget is watched; empty for nobody's."
}

variable "monthly_budget_usd" {
  type        = number
  description = "What a month may cost."
}

variable "watch_for_silence" {
  type        = bool
  description = "Whether a survey is expected to send alerts every night."
}
