# What must hold of every plan, whatever the environment. Run by tests/terraform with a mocked provider.

mock_provider "google" {
  override_during = plan # what only Google knows is made up for the plan already: nothing is applied

  mock_resource "google_cloudfunctions2_function" {
    defaults = {
      service_config = { uri = "https://function.example" }
    }
  }
  mock_resource "google_compute_security_policy" {
    defaults = { id = "projects/p/global/securityPolicies/web" }
  }
  mock_resource "google_iam_workload_identity_pool" {
    defaults = { name = "projects/1/locations/global/workloadIdentityPools/ci" }
  }
  mock_resource "google_service_account" {
    defaults = {
      email  = "somebody@project.iam.gserviceaccount.com"
      member = "serviceAccount:somebody@project.iam.gserviceaccount.com"
      name   = "projects/p/serviceAccounts/somebody@project.iam.gserviceaccount.com"
    }
  }
}

variables {
  project              = "fritz-test"
  project_number       = "123456789012"
  release              = "1.2.3"
  image                = "us-central1-docker.pkg.dev/fritz-test/fritz/web@sha256:0000"
  artefacts            = {}
  public_url           = "https://fritz.example"
  repository           = "owner/fritz"
  providers_of_sign_in = { google = { client_id = "a", client_secret = "b" }, orcid = { client_id = "c", client_secret = "d" } }
  emails               = ["operators@fritz.example"]
  billing_account      = "000000-000000-000000"
}

# One run: planning the whole anew for each rule would take minutes, applying it ten times as long.
run "the_rules_hold" {
  command = plan

  assert {
    condition     = length(distinct([for name, each in module.function : each.account_id])) == length(keys(module.function))
    error_message = "two functions share an account"
  }

  assert {
    condition = length(setintersection(
      toset(flatten([[for each in module.function : each.roles], module.web.roles, flatten([for each in module.job : each.roles])])),
      ["roles/owner", "roles/editor", "roles/viewer", "roles/bigquery.admin", "roles/storage.admin", "roles/pubsub.admin", "roles/datastore.owner"],
    )) == 0
    error_message = "an account may do more than it needs"
  }

  assert {
    condition     = alltrue([for each in module.push : each.rules.signed && each.rules.retried && each.rules.stays])
    error_message = "a push subscription lacks its OIDC token or its retry policy, or may expire"
  }

  assert {
    condition     = alltrue([for name, each in module.push : each.rules.buried == (local.pushed[name].dead_letter_topic != null)])
    error_message = "a push subscription lacks the dead letters that services.json gives it"
  }

  assert {
    condition     = alltrue([for each in module.push : !each.rules.buried || each.rules.agent_may_bury])
    error_message = "Pub/Sub's agent may not bury what a subscription gives up"
  }

  assert {
    condition     = alltrue([for each in [module.bucket, module.artefacts] : each.rules.uniform && each.rules.private])
    error_message = "a bucket is not private"
  }

  assert {
    condition     = toset(module.bucket.rules.colder_after) == toset([30, 365])
    error_message = "packets do not move to colder classes"
  }

  assert {
    condition     = module.web.open_to == "allUsers" && alltrue([for each in module.push : !contains(each.rules.invokers, "allUsers")])
    error_message = "something else than the web app is open to the world"
  }

  assert {
    condition     = alltrue([for each in module.function : each.ingress == "ALLOW_INTERNAL_ONLY"])
    error_message = "a function can be reached from outside"
  }

  assert {
    condition     = alltrue([for name, each in module.archive.rules.tables : each.clustered && (each.partitioned || length(regexall("^(sky|catalog_.*)$", name)) == 1)])
    error_message = "a table is not clustered, or grows by night and is not partitioned"
  }

  assert {
    condition     = module.archive.rules.authorized == toset(["public", "partnership", "all"])
    error_message = "the datasets of views are not authorized on the tables"
  }

  assert {
    condition = alltrue([
      for right, names in module.archive.rules.readable :
      length([for name in names : name if startswith(name, "catalog_")]) == length([for name in keys(module.archive.rules.tables) : name if startswith(name, "catalog_")])
      && length([for name in names : name if endswith(name, "_${right}")]) > 5
    ])
    error_message = "a right's dataset lacks a catalog, or what it shows of the rest"
  }

  assert {
    condition     = length(module.archive.query_accounts) == 3
    error_message = "a right has no account that queries for it"
  }

  assert {
    condition     = alltrue([for sql in module.archive.rules.views : length(regexall("(FROM|JOIN) `[a-z0-9_]+`", sql)) == 0])
    error_message = "a view reads a table that is not named in full"
  }

  assert {
    condition     = alltrue([for each in module.archive.rules.tables : each.protected == var.protect])
    error_message = "tables can be deleted"
  }

  assert {
    condition     = module.firestore.protected == var.protect
    error_message = "the database can be deleted"
  }

  assert {
    condition     = length(regexall("allow read, write: if false;", module.firestore.rules)) == 1 && length(regexall("allow ", module.firestore.rules)) == 1
    error_message = "Firestore's rules let somebody in"
  }

  assert {
    condition     = length(output.subscriptions) == length(local.pushed)
    error_message = "a function is not pushed to"
  }

  assert {
    condition = toset(module.delivery.rules.grants) == toset(concat(
      flatten([for each in module.function : each.roles]),
      flatten([for each in module.job : each.roles]),
      module.web.roles,
      module.archive.roles,
      module.delivery.rules.builds,
    ))
    error_message = "CI may grant other roles on the project than the platform's accounts have"
  }

  assert {
    condition = length(setintersection(
      toset(concat(module.delivery.rules.manages, module.delivery.rules.grants)),
      [
        "roles/owner", "roles/editor", "roles/viewer", "roles/iam.securityAdmin", "roles/iam.serviceAccountTokenCreator",
        "roles/iam.serviceAccountKeyAdmin", "roles/iam.workloadIdentityPoolAdmin", "roles/resourcemanager.projectIamAdmin",
        "roles/secretmanager.admin", "roles/secretmanager.secretAccessor", "roles/bigquery.admin",
      ],
    )) == 0
    error_message = "CI may do more than apply this configuration"
  }

  assert {
    condition     = length(regexall("modifiedGrantsByRole', \\[\\]\\)\\.hasOnly\\(\\['roles/", module.delivery.rules.limited["roles/resourcemanager.projectIamAdmin"])) == 1
    error_message = "CI may grant any role"
  }

  assert {
    condition = alltrue([
      for each in ["assertion.repository == 'owner/fritz'", "assertion.ref == 'refs/heads/main'", "assertion.environment == '${var.name}'"] :
      contains(split(" && ", module.delivery.rules.condition), each)
    ]) && endswith(module.delivery.rules.member, "/subject/repo:owner/fritz:environment:${var.name}")
    error_message = "something else than the branch main of the repository may deploy"
  }

  assert {
    condition     = length(module.shield) == (var.behind_load_balancer ? 1 : 0)
    error_message = "a load balancer stands where none was asked for, or none where one was"
  }

  assert {
    condition = alltrue([
      for each in module.shield :
      each.rules.attached && each.rules.encrypted && each.rules.throttled == [var.requests_per_minute] && length(each.rules.refused) >= (var.armor_only_looks ? 0 : 4)
    ])
    error_message = "the load balancer lets through what Cloud Armor should stop"
  }

  assert {
    condition     = module.web.rules.ingress == (var.behind_load_balancer ? "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" : "INGRESS_TRAFFIC_ALL") && (!var.behind_load_balancer || length(module.web.rules.mapped) == 0)
    error_message = "there is a way to the web app past the load balancer"
  }

  assert {
    condition     = toset(keys(module.function)) == toset(keys(local.data.functions)) && toset(keys(module.topic)) == toset(keys(local.data.topics))
    error_message = "a function or a topic of services.json is not made"
  }
}
