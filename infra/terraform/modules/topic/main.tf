# One topic, with what waits in it kept for a week.

variable "name" {
  type        = string
  description = "The topic's name, as services.json has it."
}

variable "description" {
  type        = string
  description = "What is published to it; kept as a label-free comment in the plan."
}

resource "google_pubsub_topic" "this" {
  name                       = var.name
  message_retention_duration = "604800s"
}

output "id" {
  value       = google_pubsub_topic.this.id
  description = "projects/P/topics/NAME"
}

output "name" {
  value       = google_pubsub_topic.this.name
  description = "The topic's name."
}
