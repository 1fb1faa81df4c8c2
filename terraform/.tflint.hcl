# Settings of tflint, where it is installed. Only the built-in ruleset is on: AWS's would need a download from GitHub.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# One file of resources is enough for a module here, and versions.tf has what terraform.tf would have.
rule "terraform_standard_module_structure" {
  enabled = false
}
