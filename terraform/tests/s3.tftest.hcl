mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  alarms_use_key      = false
  bucket_name         = "unit-data"
  deletion_protection = false
  log_group_prefix    = "/aws-glue/unit"
  project_name        = "unit"
  sample_files_dir    = "../csv_exemplos"
}

run "private_encrypted_versioned" {
  command = apply

  module {
    source = "./modules/3_s3"
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.data.block_public_acls,
      aws_s3_bucket_public_access_block.data.block_public_policy,
      aws_s3_bucket_public_access_block.data.ignore_public_acls,
      aws_s3_bucket_public_access_block.data.restrict_public_buckets,
    ])
    error_message = "No public access, by all four switches."
  }

  assert {
    condition     = one(aws_s3_bucket_ownership_controls.data.rule).object_ownership == "BucketOwnerEnforced" && one(aws_s3_bucket_versioning.data.versioning_configuration).status == "Enabled"
    error_message = "No ACLs; versions are kept."
  }

  assert {
    condition = (
      one(one(aws_s3_bucket_server_side_encryption_configuration.data.rule).apply_server_side_encryption_by_default).kms_master_key_id == aws_kms_key.this.arn &&
      one(aws_s3_bucket_server_side_encryption_configuration.data.rule).bucket_key_enabled && aws_kms_key.this.enable_key_rotation
    )
    error_message = "Encrypted with the project's key, which is rotated."
  }

  assert {
    condition = (
      one(data.aws_iam_policy_document.tls_only.statement).effect == "Deny" &&
      one(one(data.aws_iam_policy_document.tls_only.statement).condition).variable == "aws:SecureTransport" &&
      one(one(data.aws_iam_policy_document.tls_only.statement).principals).identifiers == toset(["*"])
    )
    error_message = "Plain HTTP is denied to everyone."
  }

  assert {
    condition     = join(" ", keys(aws_s3_object.sample)) == "alunos.csv escolas.csv notas.csv" && aws_s3_object.sample["notas.csv"].key == "raw/notas.csv"
    error_message = "The sample files lie in raw/."
  }

  assert {
    condition     = aws_s3_bucket.data.force_destroy && aws_kms_key.this.deletion_window_in_days == 7
    error_message = "By default the case can be torn down."
  }

  assert {
    condition     = join(" ", data.aws_iam_policy_document.key.statement[*].sid) == "IamPoliciesOfTheAccount LogGroupsOfTheJob"
    error_message = "Without alarms, nobody but the account and the job's log groups uses the key."
  }
}

run "protected" {
  command = plan

  module {
    source = "./modules/3_s3"
  }

  variables {
    deletion_protection = true
  }

  assert {
    condition     = !aws_s3_bucket.data.force_destroy && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "A protected bucket is not emptied, and its key can be called back for a month."
  }
}

run "alarms_may_use_the_key" {
  command = plan

  module {
    source = "./modules/3_s3"
  }

  variables {
    alarms_use_key = true
  }

  assert {
    condition = {
      for statement in data.aws_iam_policy_document.key.statement : statement.sid => join(" ", sort(flatten(statement.principals[*].identifiers))) if !contains(["IamPoliciesOfTheAccount", "LogGroupsOfTheJob"], statement.sid)
      } == {
      AlarmsOfTheAccount = "budgets.amazonaws.com cloudwatch.amazonaws.com"
      EventsOfTheJob     = "events.amazonaws.com"
    }
    error_message = "The services that publish to the encrypted topic need the key."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.key.statement :
      one(statement.condition).variable == "aws:SourceAccount" && one(statement.condition).values == tolist(["123456789012"]) if statement.sid == "AlarmsOfTheAccount"
    ])
    error_message = "For this account only, where AWS sends the account along."
  }
}
