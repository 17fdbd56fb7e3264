variable "project" {
  type        = string
  description = "The Google Cloud project."
}

variable "location" {
  type        = string
  description = "Where the datasets stand; all of them in one place, or views could not read tables."
}

variable "protect" {
  type        = bool
  description = "Whether tables refuse to be deleted."
}

variable "web_account" {
  type        = string
  description = "Email of the web app's account."
}

variable "bucket" {
  type        = string
  description = "The bucket in which the positions of large searches stand."
}
