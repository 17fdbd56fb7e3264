variable "project" {
  type        = string
  description = "The Google Cloud project."
}

variable "project_number" {
  type        = string
  description = "Its number."
}

variable "web" {
  type        = string
  description = "Name of the web app's service."
}

variable "emails" {
  type        = list(string)
  description = "Who is told."
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
