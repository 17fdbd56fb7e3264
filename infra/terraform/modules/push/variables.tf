variable "function" {
  type        = string
  description = "The function that is pushed to."
}

variable "service" {
  type        = string
  description = "The Cloud Run service behind it."
}

variable "uri" {
  type        = string
  description = "The service's URL."
}

variable "project" {
  type        = string
  description = "The Google Cloud project."
}

variable "region" {
  type        = string
  description = "Where the service runs."
}

variable "topic" {
  type        = string
  description = "Id of the topic."
}

variable "topic_name" {
  type        = string
  description = "Name of the topic."
}

variable "dead_letter_topic" {
  type        = string
  default     = null
  description = "Id of the topic for what is given up; unused where max_attempts is 0."
}

variable "max_attempts" {
  type        = number
  description = "Deliveries before a message is given up."

  validation {
    condition     = var.max_attempts == 0 || (var.max_attempts >= 5 && var.max_attempts <= 100)
    error_message = "Pub/Sub takes 5 to 100 attempts, and 0 stands for no limit."
  }
}

variable "ack_deadline_s" {
  type        = number
  description = "How long a request may take, seconds."

  validation {
    condition     = var.ack_deadline_s >= 10 && var.ack_deadline_s <= 600
    error_message = "Pub/Sub takes deadlines of 10 to 600 seconds."
  }
}

variable "min_backoff_s" {
  type        = number
  description = "Shortest pause before a retry, seconds."
}

variable "max_backoff_s" {
  type        = number
  description = "Longest pause before a retry, seconds."

  validation {
    condition     = var.max_backoff_s >= 0 && var.max_backoff_s <= 600
    error_message = "Pub/Sub takes pauses of 0 to 600 seconds."
  }
}

variable "pubsub_agent" {
  type        = string
  description = "Pub/Sub's own service agent, as an IAM member."
}
