# A mocked provider mocks data sources too, so these tests read the statements of the policy documents, not their JSON. The
# policy tests read the policies in the plan of the whole root.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  bucket_arn             = "arn:aws:s3:::unit-data"
  connection_name        = "unit-network"
  glue_security_group_id = "sg-1"
  glue_subnet_id         = "subnet-1"
  kms_key_arn            = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  log_group_prefix       = "/aws-glue/unit"
  project_name           = "unit"
  secret_arn             = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-mock-AbCdEf"
  vpc_id                 = "vpc-1"
}

run "only_glue_of_this_account_takes_the_role" {
  command = plan

  module {
    source = "./modules/2_iam"
  }

  assert {
    condition = (
      length(data.aws_iam_policy_document.trust.statement) == 1 &&
      one(data.aws_iam_policy_document.trust.statement[0].principals).identifiers == toset(["glue.amazonaws.com"]) &&
      one(data.aws_iam_policy_document.trust.statement[0].condition).variable == "aws:SourceAccount" &&
      one(data.aws_iam_policy_document.trust.statement[0].condition).values == tolist(["123456789012"])
    )
    error_message = "Glue, and only for this account."
  }
}

run "least_privilege" {
  command = plan

  module {
    source = "./modules/2_iam"
  }

  assert {
    condition = alltrue(flatten([
      for statement in data.aws_iam_policy_document.glue.statement : [for action in statement.actions : !strcontains(action, "*")]
    ]))
    error_message = "No wildcard action."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.glue.statement : statement.sid if contains(statement.resources, "*")] == ["LookAtNetwork"]
    error_message = "The EC2 calls that know no resource are the only ones on everything."
  }

  assert {
    condition = toset(flatten([
      for statement in data.aws_iam_policy_document.glue.statement : statement.resources if statement.sid == "ReadSourcesAndCode" || statement.sid == "WriteResults"
    ])) == toset([for prefix in ["raw", "scripts", "wheels", "certificates", "processed", "tmp"] : "arn:aws:s3:::unit-data/${prefix}/*"])
    error_message = "The job reads and writes below its prefixes."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.glue.statement :
      alltrue([for resource in statement.resources : !startswith(resource, "arn:aws:s3:::unit-data/raw")]) if length(setintersection(statement.actions, ["s3:PutObject", "s3:DeleteObject"])) > 0
    ])
    error_message = "The job changes no source file."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.glue.statement :
      statement.resources == toset(["arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-mock-AbCdEf"]) if statement.sid == "ReadDatabaseCredentials"
    ])
    error_message = "One secret."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.glue.statement :
      one(statement.condition).variable == "kms:ViaService" if length(setintersection(statement.actions, ["kms:Decrypt"])) > 0
    ])
    error_message = "The key is used through S3 and Secrets Manager only."
  }

  assert {
    condition     = alltrue([for statement in data.aws_iam_policy_document.glue.statement : !contains(statement.actions, "iam:PassRole")])
    error_message = "Passing the role is no right of the job."
  }
}
