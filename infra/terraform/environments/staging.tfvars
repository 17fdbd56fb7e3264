# Small, and nothing in it is protected.
name                 = "staging"
region               = "us-central1"
domain               = ""
behind_load_balancer = false
requests_per_minute  = 6000
armor_only_looks     = false
warm_instances       = 0
most_instances       = 5
protect              = false
log_level            = "DEBUG"
monthly_budget_usd   = 100
watch_for_silence    = false
branch               = "main"
