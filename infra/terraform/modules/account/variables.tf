variable "account_id" {
  type        = string
  description = "The account's name, which is its deployable's own."
}

variable "display_name" {
  type        = string
  description = "What people read."
}

variable "project" {
  type        = string
  description = "The Google Cloud project."
}

variable "roles" {
  type        = list(string)
  description = "Roles on the project beside those that everybody needs to be observed."
}

variable "topics" {
  type        = map(string)
  description = "Ids of all topics by name."
}

variable "publishes" {
  type        = list(string)
  description = "Topics that it publishes to."
}

variable "bucket" {
  type        = string
  description = "The bucket of packets and attachments."
}

variable "bucket_roles" {
  type        = list(string)
  description = "Roles on that bucket."
}

variable "dataset" {
  type        = string
  default     = null
  description = "The dataset of the archive's tables; unused without roles on it."
}

variable "dataset_roles" {
  type        = list(string)
  default     = []
  description = "Roles on that dataset."
}
