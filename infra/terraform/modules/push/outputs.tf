output "subscription" {
  value       = google_pubsub_subscription.this.name
  description = "The subscription's name."
}

output "invoker" {
  value       = google_service_account.invoker.email
  description = "The account that may invoke the service and nothing else."
}

output "rules" {
  value = {
    signed         = length(google_pubsub_subscription.this.push_config[0].oidc_token) == 1
    retried        = length(google_pubsub_subscription.this.retry_policy) == 1
    stays          = google_pubsub_subscription.this.expiration_policy[0].ttl == ""
    buried         = length(google_pubsub_subscription.this.dead_letter_policy) == 1
    agent_may_bury = length(google_pubsub_topic_iam_member.buries) == 1 && length(google_pubsub_subscription_iam_member.takes) == 1
    invokers       = [google_cloud_run_v2_service_iam_member.invokes.member]
  }
  description = "What the tests ask of it."
}
