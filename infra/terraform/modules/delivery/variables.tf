variable "project" {
  type        = string
  description = "The Google Cloud project."
}

variable "region" {
  type        = string
  description = "Where images stand."
}

variable "artefacts" {
  type        = string
  description = "The bucket of the functions' zips."
}

variable "repository" {
  type        = string
  description = "The GitHub repository that may deploy, as owner/name."
}

variable "branch" {
  type        = string
  description = "The branch of it that may."
}

variable "environment" {
  type        = string
  description = "The GitHub environment whose reviewers decide."
}

variable "billing_account" {
  type        = string
  description = "Whose budget CI keeps; empty for nobody's."
}
