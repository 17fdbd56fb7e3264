# What astronomers use every night.
name                 = "production"
region               = "us-central1"
domain               = ""
behind_load_balancer = false
requests_per_minute  = 6000
armor_only_looks     = false
warm_instances       = 1
most_instances       = 100
protect              = true
log_level            = "INFO"
monthly_budget_usd   = 600
watch_for_silence    = true
branch               = "main"
