# What is watched, when somebody is woken, and what is promised.

locals {
  metrics = jsondecode(file("${path.module}/metrics.json"))
  # Each policy names its page there: tests/terraform/test_runbooks.py.
  runbooks = "docs/operations/runbooks"
}

resource "google_logging_metric" "this" {
  for_each        = local.metrics
  name            = "fritz/${each.key}"
  description     = each.value.description
  filter          = "jsonPayload.message=\"${each.value.message}\""
  value_extractor = "EXTRACT(jsonPayload.${each.value.field})"

  label_extractors = { for label, field in each.value.labels : label => "EXTRACT(jsonPayload.${field})" }

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "DISTRIBUTION"
    unit         = each.value.unit
    display_name = each.value.description

    dynamic "labels" {
      for_each = each.value.labels
      content {
        key = labels.key
      }
    }
  }

  bucket_options {
    exponential_buckets {
      num_finite_buckets = 40
      growth_factor      = 1.4
      scale              = 0.1
    }
  }
}

resource "google_monitoring_notification_channel" "email" {
  for_each     = toset(var.emails)
  display_name = "Fritz operators"
  type         = "email"
  labels       = { email_address = each.value }
}

locals {
  channels = [for each in google_monitoring_notification_channel.email : each.id]
}

resource "google_monitoring_alert_policy" "oldest_unacked" {
  display_name          = "Alerts wait"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.channels

  conditions {
    display_name = "The oldest message of a subscription is older than 5 minutes"
    condition_threshold {
      filter          = "resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      comparison      = "COMPARISON_GT"
      threshold_value = 300
      duration        = "120s"
      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "What to do: ${local.runbooks}/alerts-wait.md in the repository."
  }
}

resource "google_monitoring_alert_policy" "dead_letters" {
  display_name          = "Dead letters"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local.channels

  conditions {
    display_name = "A message was given up"
    condition_threshold {
      filter          = "resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/dead_letter_message_count\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_DELTA"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "What to do: ${local.runbooks}/dead-letters.md in the repository."
  }
}

# Silence is an alarm only while the survey observes: between 03:00 and 13:00 UTC at Palomar.
resource "google_monitoring_alert_policy" "silence" {
  display_name          = "No alerts while the survey observes"
  combiner              = "AND"
  severity              = "WARNING"
  notification_channels = local.channels
  enabled               = var.watch_for_silence

  conditions {
    display_name = "No packet for half an hour"
    condition_absent {
      filter   = "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/fritz/packets_ingested\""
      duration = "1800s"
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_SUM"
      }
    }
  }

  alert_strategy {
    auto_close = "21600s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = "What to do: ${local.runbooks}/no-alerts.md in the repository."
  }

  depends_on = [google_logging_metric.this]
}

resource "google_monitoring_alert_policy" "imbalance" {
  display_name          = "The books do not balance"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels

  conditions {
    display_name = "Published is not archived + duplicate + quarantined + dead-lettered"
    condition_threshold {
      filter          = "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/fritz/imbalance\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_PERCENTILE_99"
        cross_series_reducer = "REDUCE_MAX"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "What to do: ${local.runbooks}/books-do-not-balance.md in the repository."
  }

  depends_on = [google_logging_metric.this]
}

resource "google_monitoring_custom_service" "fritz" {
  service_id   = "fritz"
  display_name = "Fritz"
}

resource "google_monitoring_slo" "filtered" {
  service             = google_monitoring_custom_service.fritz.service_id
  slo_id              = "filtered-within-a-minute"
  display_name        = "99 % of alerts are filtered within 60 s of publication"
  goal                = 0.99
  rolling_period_days = 28

  request_based_sli {
    distribution_cut {
      distribution_filter = "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/fritz/filtered_after\""
      range {
        max = 60
      }
    }
  }

  depends_on = [google_logging_metric.this]
}

resource "google_monitoring_slo" "web" {
  service             = google_monitoring_custom_service.fritz.service_id
  slo_id              = "web-answers"
  display_name        = "99.5 % of requests are answered without a fault of ours"
  goal                = 0.995
  rolling_period_days = 28

  request_based_sli {
    good_total_ratio {
      total_service_filter = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${var.web}\" AND metric.type = \"run.googleapis.com/request_count\""
      bad_service_filter   = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${var.web}\" AND metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"5xx\""
    }
  }
}

locals {
  # How fast the month's allowance burns: 14.4 times too fast for an hour, 6 times for six hours.
  burns = {
    fast = { rate = 14.4, period = "3600s" }
    slow = { rate = 6, period = "21600s" }
  }
  slos = { filtered = google_monitoring_slo.filtered.name, web = google_monitoring_slo.web.name }
  burning = merge([
    for slo, name in local.slos : { for speed, burn in local.burns : "${slo}-${speed}" => merge(burn, { slo = name }) }
  ]...)
}

resource "google_monitoring_alert_policy" "burn" {
  for_each              = local.burning
  display_name          = "Burning the allowance: ${each.key}"
  combiner              = "OR"
  severity              = each.value.rate > 10 ? "CRITICAL" : "WARNING"
  notification_channels = local.channels

  conditions {
    display_name = "${each.value.rate} times too fast"
    condition_threshold {
      filter          = "select_slo_burn_rate(\"${each.value.slo}\", \"${each.value.period}\")"
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.rate
      duration        = "0s"
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "What to do: ${local.runbooks}/burning-the-allowance.md in the repository."
  }
}

resource "google_monitoring_dashboard" "night" {
  dashboard_json = templatefile("${path.module}/dashboard.json.tftpl", { metrics = local.metrics })
}

resource "google_billing_budget" "this" {
  count           = var.billing_account == "" ? 0 : 1
  billing_account = var.billing_account
  display_name    = "Fritz in ${var.project}"

  budget_filter {
    projects = ["projects/${var.project_number}"]
  }

  amount {
    specified_amount {
      currency_code = "USD"
      units         = tostring(var.monthly_budget_usd)
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1.0]
    content {
      threshold_percent = threshold_rules.value
    }
  }

  all_updates_rule {
    monitoring_notification_channels = local.channels
  }
}
