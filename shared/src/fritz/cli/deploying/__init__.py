"""What `fritz deploy` does: artefacts, Terraform, smoke tests."""
