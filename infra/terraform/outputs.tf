output "web" {
  value       = module.web.uri
  description = "Where the marshal answers."
}

output "functions" {
  value       = { for name, each in module.function : name => { email = each.email, roles = each.roles, uri = each.uri } }
  description = "The functions, their accounts and what these may do in the project."
}

output "subscriptions" {
  value       = { for name, each in module.push : name => each.subscription }
  description = "The push subscriptions, by function."
}

output "topics" {
  value       = sort(keys(module.topic))
  description = "The topics."
}

output "tables" {
  value       = module.archive.tables
  description = "The archive's tables."
}

output "indexes" {
  value       = module.firestore.indexes
  description = "The composite indexes."
}

output "artefacts" {
  value       = module.artefacts.name
  description = "Where fritz deploy puts the functions' zips."
}

output "ci" {
  value       = { account = module.delivery.ci_account, provider = module.delivery.ci_provider }
  description = "How CI signs in."
}

output "address" {
  value       = one([for each in module.shield : each.address])
  description = "Where the domain must lead, if a load balancer stands before the web app."
}
