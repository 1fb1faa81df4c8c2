# The bucket must exist before `terraform init` (README, "Backend remoto"): the state of its own store can't be in it.
terraform {
  backend "s3" {
    bucket       = "letrus-de-case-terraform-state"
    key          = "global/terraform.tfstate"
    region       = "us-east-1"
    encrypt      = true
    use_lockfile = true
  }
}
