# The bucket must exist before `terraform init` (docs/aws.md): a bucket can't hold the state that says it exists.
terraform {
  backend "s3" {
    bucket       = "letrus-de-case-terraform-state"
    key          = "global/terraform.tfstate"
    region       = "us-east-1"
    encrypt      = true
    use_lockfile = true
  }
}
