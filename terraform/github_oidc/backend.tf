# The state lies beside those of the environments. `terraform init -backend-config="bucket=…"` names the bucket (docs/aws.md).
terraform {
  backend "s3" {
    key          = "github_oidc/terraform.tfstate"
    region       = "us-east-1"
    encrypt      = true
    use_lockfile = true
  }
}
