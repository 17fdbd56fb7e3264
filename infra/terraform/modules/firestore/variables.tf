variable "location" {
  type        = string
  description = "Where the database stands; it can never be moved."
}

variable "protect" {
  type        = bool
  description = "Whether the database refuses to be deleted, and keeps its past week."
}
