"""Terraform: where the provider comes from, the root's commands, plans, the tables of the modules' READMEs."""
