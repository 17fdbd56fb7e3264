terraform {
  required_version = ">= 1.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.7"
    }
  }

  # fritz deploy names the bucket: -backend-config=bucket=PROJECT-terraform
  backend "gcs" {
    prefix = "fritz"
  }
}
