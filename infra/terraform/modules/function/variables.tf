variable "name" {
  type        = string
  description = "The function's name in services.json."
}

variable "row" {
  type = object({
    source         = string
    target         = string
    ack_deadline_s = number
    concurrency    = number
    environment    = map(string)
    memory         = string
    cpu            = number
    max_instances  = number
    publishes      = list(string)
    documents      = bool
    objects        = string
    archive        = string
  })
  description = "The function's row in services.json."

  validation {
    condition     = contains(["none", "read", "write"], var.row.objects) && contains(["none", "append", "read", "write"], var.row.archive)
    error_message = "The values of objects are none, read or write, those of archive none, append, read or write."
  }
}

variable "project" {
  type        = string
  description = "The Google Cloud project."
}

variable "region" {
  type        = string
  description = "Where the function runs."
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

variable "environment" {
  type        = map(string)
  description = "The settings that all deployables share."
}

variable "artefact" {
  type        = object({ bucket = string, object = string })
  description = "The zip that fritz deploy built and uploaded, named by its hash."
}

variable "build_account" {
  type        = string
  description = "Id of the account that builds."
}

variable "most_instances" {
  type        = number
  description = "What this environment may spend at most, whatever the row says."
}
