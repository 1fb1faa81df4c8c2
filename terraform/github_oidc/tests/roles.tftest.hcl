mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  allowed_account_ids = ["123456789012"]
  state_bucket        = "state"
  subject_prefix      = "repo:owner@1/name@2"
}

run "each_role_is_for_its_subjects_only" {
  command = plan
  assert {
    condition = { for name, trust in data.aws_iam_policy_document.trust : name => jsonencode(sort(flatten([
      for each in trust.statement[0].condition : [for value in each.values : "${each.test} ${each.variable} ${value}"]
      ]))) } == {
      plan = jsonencode([
        "StringEquals token.actions.githubusercontent.com:aud sts.amazonaws.com",
        "StringEquals token.actions.githubusercontent.com:sub repo:owner@1/name@2:pull_request",
        "StringEquals token.actions.githubusercontent.com:sub repo:owner@1/name@2:ref:refs/heads/main",
      ])
      apply = jsonencode([
        "StringEquals token.actions.githubusercontent.com:aud sts.amazonaws.com",
        "StringEquals token.actions.githubusercontent.com:sub repo:owner@1/name@2:environment:dev",
        "StringEquals token.actions.githubusercontent.com:sub repo:owner@1/name@2:environment:prod",
      ])
    }
    error_message = "who may take which role"
  }
}

run "plan_role_writes_locks_only" {
  command = plan
  assert {
    condition = alltrue([
      for each in concat(data.aws_iam_policy_document.state.statement, data.aws_iam_policy_document.read.statement) :
      each.sid == "LockState" || alltrue([for action in each.actions : can(regex(":(Get|List|Describe|View|Decrypt)", action))])
    ])
    error_message = "an action that writes"
  }
  assert {
    condition     = data.aws_iam_policy_document.state.statement[2].resources == toset(["arn:aws:s3:::state/*.tflock"])
    error_message = "lock"
  }
}

run "job_role_is_handed_to_glue_only" {
  command = plan
  assert {
    condition = jsonencode(flatten([
      for each in data.aws_iam_policy_document.apply.statement : [for condition in each.condition : condition.values]
      if contains(each.actions, "iam:PassRole")
    ])) == jsonencode(["glue.amazonaws.com"])
    error_message = "iam:PassRole"
  }
}

run "state_bucket_is_not_the_projects_to_change" {
  command = plan
  variables {
    state_bucket = "letrus-de-case-terraform-state-123456789012"
  }
  assert {
    condition = alltrue(flatten([
      for each in data.aws_iam_policy_document.apply.statement : [
        for resource in each.resources : !strcontains(resource, ":s3:::") || strcontains(resource, "*-data-123456789012")
      ] if each.sid != "WriteState"
    ]))
    error_message = "rights on the bucket of the state"
  }
}

run "no_second_provider" {
  command = plan
  variables {
    create_provider = false
  }
  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "an account has one provider for an address"
  }
}

run "wildcard_in_the_repository_is_refused" {
  command = plan
  variables {
    subject_prefix = "repo:owner/*"
  }
  expect_failures = [var.subject_prefix]
}

run "wildcard_in_an_environment_is_refused" {
  command = plan
  variables {
    environments = ["*"]
  }
  expect_failures = [var.environments]
}
