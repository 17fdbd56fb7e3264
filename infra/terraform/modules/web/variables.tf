variable "row" {
  type = object({
    memory        = string
    cpu           = number
    concurrency   = number
    max_instances = number
    publishes     = list(string)
    documents     = bool
    objects       = string
    archive       = string
  })
  description = "The web app's part of services.json."
}

variable "project" {
  type        = string
  description = "The Google Cloud project."
}

variable "region" {
  type        = string
  description = "Where it runs."
}

variable "topics" {
  type        = map(string)
  description = "Ids of all topics by name."
}

variable "bucket" {
  type        = string
  description = "The bucket of packets and attachments."
}

variable "image" {
  type        = string
  description = "The web app's image, by digest."
}

variable "environment" {
  type        = map(string)
  description = "The settings that all deployables share."
}

variable "secrets" {
  type        = map(string)
  description = "Environment variables that come from secrets: variable to secret id."
}

variable "warm_instances" {
  type        = number
  description = "Instances that wait even when nobody asks; 0 lets it sleep."
}

variable "most_instances" {
  type        = number
  description = "What this environment may spend at most."
}

variable "domain" {
  type        = string
  description = "A domain of one's own; empty for the service's URL."
}

variable "behind_load_balancer" {
  type        = bool
  description = "Whether only a load balancer with Cloud Armor may reach it."
}
