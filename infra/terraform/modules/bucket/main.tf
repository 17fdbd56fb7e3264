# One private bucket; what is old moves to colder classes.

variable "name" {
  type        = string
  description = "The bucket's name, which no other in the world has."
}

variable "location" {
  type        = string
  description = "Where it stands."
}

variable "colder" {
  type        = list(object({ days = number, class = string, prefixes = list(string) }))
  default     = []
  description = "What moves to which storage class after how many days."
}

variable "forget_days" {
  type        = number
  default     = 0
  description = "Objects older than this are deleted; 0 keeps them for ever."
}

variable "keep" {
  type        = bool
  default     = true
  description = "Whether terraform destroy must leave it."
}

resource "google_storage_bucket" "this" {
  name                        = var.name
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.keep

  versioning {
    enabled = false # objects are written once and never again
  }

  soft_delete_policy {
    retention_duration_seconds = 604800
  }

  dynamic "lifecycle_rule" {
    for_each = var.colder
    content {
      action {
        type          = "SetStorageClass"
        storage_class = lifecycle_rule.value.class
      }
      condition {
        age            = lifecycle_rule.value.days
        matches_prefix = lifecycle_rule.value.prefixes
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.forget_days > 0 ? [var.forget_days] : []
    content {
      action {
        type = "Delete"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }
}

output "name" {
  value       = google_storage_bucket.this.name
  description = "The bucket's name."
}

output "rules" {
  value = {
    uniform      = google_storage_bucket.this.uniform_bucket_level_access
    private      = google_storage_bucket.this.public_access_prevention == "enforced"
    colder_after = [for each in var.colder : each.days]
  }
  description = "What the tests ask of it."
}
