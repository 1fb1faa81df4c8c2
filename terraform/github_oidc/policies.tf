# What the two roles may do. `make test-roles` proves it without an account. These policies were not tried on AWS, which names a
# missing action in AccessDenied.

locals {
  account = data.aws_caller_identity.current.account_id
  arn     = "arn:${data.aws_partition.current.partition}"
  state   = "${local.arn}:s3:::${var.state_bucket}"
  here    = "${var.region}:${local.account}"
  data    = "${local.arn}:s3:::${var.name_prefix}*-data-${local.account}" # the suffix keeps out the state's bucket, whose name begins alike
}

data "aws_iam_policy_document" "state" {
  statement {
    sid       = "ListState"
    actions   = ["s3:ListBucket"]
    resources = [local.state]
  }

  statement {
    sid       = "ReadState"
    actions   = ["s3:GetObject"]
    resources = ["${local.state}/*"]
  }

  statement {
    sid       = "LockState"
    actions   = ["s3:PutObject", "s3:DeleteObject"]
    resources = ["${local.state}/*.tflock"]
  }
}

data "aws_iam_policy_document" "read" {
  # checkov:skip=CKV_AWS_356: reading; most of these calls know no resource

  # The provider's requests to compare the state with the account. None of them reads a secret's value or a row of data.
  statement {
    sid = "CompareWithState"
    actions = [
      "budgets:ListTagsForResource",
      "budgets:ViewBudget",
      "cloudwatch:DescribeAlarms",
      "cloudwatch:GetDashboard",
      "cloudwatch:ListTagsForResource",
      "ec2:Describe*",
      "events:DescribeRule",
      "events:ListTagsForResource",
      "events:ListTargetsByRule",
      "glue:GetConnection",
      "glue:GetJob",
      "glue:GetTags",
      "glue:GetTrigger",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListAttachedRolePolicies",
      "iam:ListRolePolicies",
      "kms:DescribeKey",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListAliases",
      "kms:ListResourceTags",
      "logs:DescribeLogGroups",
      "logs:ListTagsForResource",
      "rds:Describe*",
      "rds:ListTagsForResource",
      "sns:GetSubscriptionAttributes",
      "sns:GetTopicAttributes",
      "sns:ListTagsForResource",
    ]
    resources = ["*"]
  }

  statement {
    sid = "CompareBucket"
    actions = [
      "s3:GetAccelerateConfiguration",
      "s3:GetBucket*",
      "s3:GetEncryptionConfiguration",
      "s3:GetLifecycleConfiguration",
      "s3:GetReplicationConfiguration",
      "s3:ListBucket",
    ]
    resources = [local.data]
  }

  # Scripts, wheels, certificates and samples are resources of the plan.
  statement {
    sid       = "CompareObjects"
    actions   = ["s3:GetObject", "s3:GetObjectTagging"]
    resources = [for prefix in ["raw", "scripts", "wheels", "certificates"] : "${local.data}/${prefix}/*"]
  }

  statement {
    sid       = "DecryptThroughS3"
    actions   = ["kms:Decrypt"]
    resources = ["${local.arn}:kms:${local.here}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com"]
    }

    condition {
      test     = "StringLike"
      variable = "aws:ResourceTag/Project"
      values   = ["${var.name_prefix}*"]
    }
  }
}

data "aws_iam_policy_document" "plan" {
  source_policy_documents = [data.aws_iam_policy_document.state.json, data.aws_iam_policy_document.read.json]
}

data "aws_iam_policy_document" "apply" {
  # checkov:skip=CKV_AWS_108: the role puts the project's files into its bucket, and reads them
  # checkov:skip=CKV_AWS_109: it makes the job's role, and no other: names begin with the project's
  # checkov:skip=CKV_AWS_110: it makes the job's role; who may apply is decided by the protected environment
  # checkov:skip=CKV_AWS_111: a network's and a key's names are made by AWS, so no pattern can tell ours
  # checkov:skip=CKV_AWS_356: a network's and a key's names are made by AWS, so no pattern can tell ours
  source_policy_documents = [data.aws_iam_policy_document.state.json, data.aws_iam_policy_document.read.json]

  statement {
    sid       = "WriteState"
    actions   = ["s3:PutObject"]
    resources = ["${local.state}/*.tfstate"]
  }

  statement {
    sid     = "WhatIsNamedAfterTheProject"
    actions = ["cloudwatch:*", "events:*", "glue:*", "logs:*", "rds:*", "s3:*", "sns:*"]
    resources = [
      "${local.arn}:cloudwatch:${local.here}:alarm:${var.name_prefix}*",
      "${local.arn}:cloudwatch::${local.account}:dashboard/${var.name_prefix}*",
      "${local.arn}:events:${local.here}:rule/${var.name_prefix}*",
      "${local.arn}:glue:${local.here}:catalog",
      "${local.arn}:glue:${local.here}:connection/${var.name_prefix}*",
      "${local.arn}:glue:${local.here}:job/${var.name_prefix}*",
      "${local.arn}:glue:${local.here}:trigger/${var.name_prefix}*",
      "${local.arn}:logs:${local.here}:log-group:/aws-glue/${var.name_prefix}*",
      "${local.arn}:rds:${local.here}:*:${var.name_prefix}*",
      local.data,
      "${local.data}/*",
      "${local.arn}:sns:${local.here}:${var.name_prefix}*",
    ]
  }

  statement {
    sid       = "Budget"
    actions   = ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"]
    resources = ["${local.arn}:budgets::${local.account}:budget/${var.name_prefix}*"]
  }

  statement {
    sid = "Network"
    actions = [
      "ec2:AssociateRouteTable",
      "ec2:AuthorizeSecurityGroup*",
      "ec2:CreateRouteTable",
      "ec2:CreateSecurityGroup",
      "ec2:CreateSubnet",
      "ec2:CreateTags",
      "ec2:CreateVpc",
      "ec2:CreateVpcEndpoint",
      "ec2:DeleteNetworkInterface",
      "ec2:DeleteRouteTable",
      "ec2:DeleteSecurityGroup",
      "ec2:DeleteSubnet",
      "ec2:DeleteTags",
      "ec2:DeleteVpc",
      "ec2:DeleteVpcEndpoints",
      "ec2:DisassociateRouteTable",
      "ec2:ModifySubnetAttribute",
      "ec2:ModifyVpcAttribute",
      "ec2:ModifyVpcEndpoint",
      "ec2:RevokeSecurityGroup*",
      "ec2:UpdateSecurityGroupRuleDescriptions*",
    ]
    resources = ["${local.arn}:ec2:${local.here}:*"]
  }

  statement {
    sid       = "PrivateNameOfTheEndpoint"
    actions   = ["route53:AssociateVPCWithHostedZone"]
    resources = ["${local.arn}:route53:::hostedzone/*"]
  }

  statement {
    sid       = "MakeKey"
    actions   = ["kms:CreateKey", "kms:TagResource", "kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]
    resources = ["*"]
  }

  statement {
    sid = "UseKey"
    actions = [
      "kms:CreateGrant",
      "kms:Decrypt",
      "kms:EnableKeyRotation",
      "kms:GenerateDataKey*",
      "kms:PutKeyPolicy",
      "kms:ScheduleKeyDeletion",
      "kms:UntagResource",
      "kms:UpdateKeyDescription",
    ]
    resources = ["${local.arn}:kms:${local.here}:key/*"]

    condition {
      test     = "StringLike"
      variable = "aws:ResourceTag/Project"
      values   = ["${var.name_prefix}*"]
    }
  }

  # RDS makes the master user's secret in the caller's name. `make aws-destroy` asks whether the secret is gone.
  statement {
    sid = "ManagedSecret"
    actions = [
      "secretsmanager:CreateSecret",
      "secretsmanager:DescribeSecret",
      "secretsmanager:RotateSecret",
      "secretsmanager:TagResource",
    ]
    resources = ["${local.arn}:secretsmanager:${local.here}:secret:rds!cluster-*"]
  }

  # `make aws-create-tables`.
  statement {
    sid       = "CreateTables"
    actions   = ["rds-data:BeginTransaction", "rds-data:CommitTransaction", "rds-data:ExecuteStatement", "rds-data:RollbackTransaction"]
    resources = ["${local.arn}:rds:${local.here}:cluster:${var.name_prefix}*"]
  }

  statement {
    sid       = "CredentialsOfTheCluster"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["${local.arn}:secretsmanager:${local.here}:secret:rds!cluster-*"]

    condition {
      test     = "StringLike"
      variable = "aws:ResourceTag/aws:rds:primaryDBClusterArn"
      values   = ["${local.arn}:rds:${local.here}:cluster:${var.name_prefix}*"]
    }
  }

  statement {
    sid = "RoleOfTheJob"
    actions = [
      "iam:CreateRole",
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:ListInstanceProfilesForRole",
      "iam:PutRolePolicy",
      "iam:TagRole",
      "iam:UntagRole",
      "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRole*",
    ]
    resources = ["${local.arn}:iam::${local.account}:role/${var.name_prefix}*-glue-etl"]
  }

  statement {
    sid       = "HandRoleToGlue"
    actions   = ["iam:PassRole"]
    resources = ["${local.arn}:iam::${local.account}:role/${var.name_prefix}*-glue-etl"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["glue.amazonaws.com"]
    }
  }

  # The first cluster of an account.
  statement {
    sid       = "ServiceLinkedRole"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["${local.arn}:iam::${local.account}:role/aws-service-role/rds.amazonaws.com/*"]
  }
}
