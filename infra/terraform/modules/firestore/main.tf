# The document store: one database, its declared indexes, no access but the server's.

locals {
  declared = jsondecode(file("${path.module}/../../firestore.indexes.json"))
  indexes = {
    for each in local.declared.indexes :
    join("/", concat([each.collectionGroup], [
      for field in each.fields : "${field.fieldPath}:${lookup(field, "order", lookup(field, "arrayConfig", ""))}"
    ])) => each
  }
  fields = { for each in local.declared.fieldOverrides : "${each.collectionGroup}/${each.fieldPath}" => each }
}

resource "google_firestore_database" "this" {
  name                              = "(default)"
  location_id                       = var.location
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "OPTIMISTIC"
  point_in_time_recovery_enablement = var.protect ? "POINT_IN_TIME_RECOVERY_ENABLED" : "POINT_IN_TIME_RECOVERY_DISABLED"
  delete_protection_state           = var.protect ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = "ABANDON"
}

resource "google_firestore_index" "this" {
  for_each    = local.indexes
  database    = google_firestore_database.this.name
  collection  = each.value.collectionGroup
  query_scope = each.value.queryScope

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path   = fields.value.fieldPath
      order        = lookup(fields.value, "order", null)
      array_config = lookup(fields.value, "arrayConfig", null)
    }
  }
}

# Fields that no query asks for need no index, and those that tell when a document may go.
resource "google_firestore_field" "this" {
  for_each   = local.fields
  database   = google_firestore_database.this.name
  collection = each.value.collectionGroup
  field      = each.value.fieldPath

  dynamic "ttl_config" {
    for_each = lookup(each.value, "ttl", false) ? [true] : []
    content {}
  }

  dynamic "index_config" {
    for_each = length(each.value.indexes) == 0 ? [true] : []
    content {} # none at all
  }
}

# A database that lost a day can be had back from the day before.
resource "google_firestore_backup_schedule" "daily" {
  count     = var.protect ? 1 : 0
  database  = google_firestore_database.this.name
  retention = "1209600s"

  daily_recurrence {}
}

resource "google_firebaserules_ruleset" "closed" {
  source {
    files {
      name    = "firestore.rules"
      content = <<-RULES
        rules_version = '2';
        service cloud.firestore {
          match /databases/{database}/documents {
            match /{document=**} {
              allow read, write: if false;
            }
          }
        }
      RULES
    }
  }
}

resource "google_firebaserules_release" "firestore" {
  name         = "cloud.firestore"
  ruleset_name = google_firebaserules_ruleset.closed.name
}

output "indexes" {
  value       = sort(keys(google_firestore_index.this))
  description = "The composite indexes, written out."
}

output "protected" {
  value       = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_ENABLED"
  description = "Whether it refuses to be deleted."
}

output "rules" {
  value       = google_firebaserules_ruleset.closed.source[0].files[0].content
  description = "Who may read it past the server: nobody."
}
