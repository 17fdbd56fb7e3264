variable "name" {
  type        = string
  description = "The job's name in services.json."
}

variable "row" {
  type = object({
    args      = list(string)
    tasks     = number
    timeout_s = number
    memory    = string
    cpu       = number
    publishes = list(string)
  })
  description = "The job's row in services.json."
}

variable "project" {
  type        = string
  description = "The Google Cloud project."
}

variable "region" {
  type        = string
  description = "Where it runs."
}

variable "image" {
  type        = string
  description = "The image of the web app, which holds the command, too."
}

variable "environment" {
  type        = map(string)
  description = "The settings that all deployables share."
}

variable "topics" {
  type        = map(string)
  description = "Ids of all topics by name."
}

variable "bucket" {
  type        = string
  description = "The bucket of packets and attachments."
}

variable "dataset" {
  type        = string
  description = "The dataset of the archive's tables."
}
