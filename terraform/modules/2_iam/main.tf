# Role of the Glue job. AWS's managed AWSGlueServiceRole would not do: it allows glue:* and listing every bucket on "*", but
# not our bucket, the secret or the key.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.name
  partition  = data.aws_partition.current.partition
  ec2        = "arn:${local.partition}:ec2:${local.region}:${local.account_id}"
  glue       = "arn:${local.partition}:glue:${local.region}:${local.account_id}"
  logs       = "arn:${local.partition}:logs:${local.region}:${local.account_id}"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["glue.amazonaws.com"]
    }

    # Glue acting for another account must not take the role.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_iam_role" "glue" {
  name               = "${var.project_name}-glue-etl"
  description        = "Glue job of ${var.project_name}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "glue" {
  name   = "etl-performance-academica"
  role   = aws_iam_role.glue.id
  policy = data.aws_iam_policy_document.glue.json
}

data "aws_iam_policy_document" "glue" {
  statement {
    sid       = "ListData"
    actions   = ["s3:ListBucket", "s3:GetBucketLocation"]
    resources = [var.bucket_arn]
  }

  statement {
    sid       = "ReadSourcesAndCode"
    actions   = ["s3:GetObject"]
    resources = [for prefix in ["raw", "scripts", "wheels", "certificates"] : "${var.bucket_arn}/${prefix}/*"]
  }

  # Spark commits its output by moving it out of a temporary folder, so it deletes there.
  statement {
    sid = "WriteResults"
    actions = [
      "s3:GetObject",
      "s3:PutObject",
      "s3:DeleteObject",
      "s3:AbortMultipartUpload",
      "s3:ListMultipartUploadParts",
    ]
    resources = [for prefix in ["processed", "tmp"] : "${var.bucket_arn}/${prefix}/*"]
  }

  statement {
    sid       = "ReadDatabaseCredentials"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.secret_arn]
  }

  # S3 and Secrets Manager use the key in the caller's name.
  statement {
    sid       = "UseKeyThroughServices"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${local.region}.amazonaws.com", "secretsmanager.${local.region}.amazonaws.com"]
    }
  }

  statement {
    sid       = "ReadConnection"
    actions   = ["glue:GetConnection"]
    resources = ["${local.glue}:catalog", "${local.glue}:connection/${var.connection_name}"]
  }

  # These calls have no resource to name: AWS takes "*" only.
  statement {
    sid = "LookAtNetwork"
    actions = [
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcEndpoints",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "LookAtVpc"
    actions   = ["ec2:DescribeVpcAttribute"]
    resources = ["${local.ec2}:vpc/${var.vpc_id}"]
  }

  statement {
    sid     = "CreateNetworkInterface"
    actions = ["ec2:CreateNetworkInterface"]
    resources = [
      "${local.ec2}:network-interface/*",
      "${local.ec2}:subnet/${var.glue_subnet_id}",
      "${local.ec2}:security-group/${var.glue_security_group_id}",
    ]
  }

  statement {
    sid       = "DeleteNetworkInterface"
    actions   = ["ec2:DeleteNetworkInterface"]
    resources = ["${local.ec2}:network-interface/*"]
  }

  statement {
    sid       = "TagNetworkInterface"
    actions   = ["ec2:CreateTags", "ec2:DeleteTags"]
    resources = ["${local.ec2}:network-interface/*"]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["aws-glue-service-resource"]
    }
  }

  statement {
    sid     = "WriteLogs"
    actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    resources = flatten([
      for name in ["output", "error"] : [
        "${local.logs}:log-group:${var.log_group_prefix}/${name}",
        "${local.logs}:log-group:${var.log_group_prefix}/${name}:*",
      ]
    ])
  }
}
