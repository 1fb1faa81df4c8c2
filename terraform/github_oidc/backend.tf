# Beside the state of the environments; the bucket is told at init: -backend-config="bucket=…" (docs/aws.md).
terraform {
  backend "s3" {
    key          = "github_oidc/terraform.tfstate"
    region       = "us-east-1"
    encrypt      = true
    use_lockfile = true
  }
}
