# tflint, where it is installed; the ruleset for AWS would need a download from GitHub, the built-in one does not.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# One file of resources a module is enough here; versions.tf says what terraform.tf would.
rule "terraform_standard_module_structure" {
  enabled = false
}
