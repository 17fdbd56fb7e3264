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

variable "environment" {
  type        = string
  description = "The GitHub environment whose reviewers decide."
}
