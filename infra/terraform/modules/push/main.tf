# One push subscription: OIDC to the function, retries with patience, and a topic for what is given up.

resource "google_service_account" "invoker" {
  account_id   = "push-${var.function}"
  display_name = "Pushes ${var.topic_name} to ${var.function}"
}

resource "google_cloud_run_v2_service_iam_member" "invokes" {
  name     = var.service
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.invoker.member
}

resource "google_pubsub_subscription" "this" {
  name                       = "${var.topic_name}-${var.function}"
  topic                      = var.topic
  ack_deadline_seconds       = var.ack_deadline_s
  message_retention_duration = "604800s"

  push_config {
    # The topic stands in the path: functions-framework makes the event's source of it.
    push_endpoint = "${var.uri}/projects/${var.project}/topics/${var.topic_name}"
    oidc_token {
      service_account_email = google_service_account.invoker.email
      audience              = var.uri
    }
  }

  retry_policy {
    minimum_backoff = "${var.min_backoff_s}s"
    maximum_backoff = "${var.max_backoff_s}s"
  }

  expiration_policy {
    ttl = "" # it stays, however long the survey pauses
  }

  dynamic "dead_letter_policy" {
    for_each = var.max_attempts == 0 ? [] : [var.dead_letter_topic]
    content {
      dead_letter_topic     = dead_letter_policy.value
      max_delivery_attempts = var.max_attempts
    }
  }
}

# Pub/Sub's own agent moves dead letters: it must publish to the one and acknowledge on the other.
resource "google_pubsub_topic_iam_member" "buries" {
  for_each = var.max_attempts == 0 ? {} : { topic = var.dead_letter_topic }
  topic    = each.value
  role     = "roles/pubsub.publisher"
  member   = var.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "takes" {
  for_each     = var.max_attempts == 0 ? {} : { topic = var.dead_letter_topic }
  subscription = google_pubsub_subscription.this.name
  role         = "roles/pubsub.subscriber"
  member       = var.pubsub_agent
}
