# The data bucket, and the one key that encrypts bucket, database, secret and logs.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  raw_prefix = "raw/"
}

resource "aws_kms_key" "this" {
  description             = "${var.project_name}: bucket, database, secret and logs"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_protection ? 30 : 7 # without the key all data is lost
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.project_name}"
  target_key_id = aws_kms_key.this.key_id
}

# The policy is a resource of its own, so that the cluster, which takes longest, need not wait for its propagation.
resource "aws_kms_key_policy" "this" {
  key_id = aws_kms_key.this.key_id
  policy = data.aws_iam_policy_document.key.json
}

data "aws_iam_policy_document" "key" {
  # checkov:skip=CKV_AWS_109: in a key policy "*" is this key only
  # checkov:skip=CKV_AWS_111: in a key policy "*" is this key only
  # checkov:skip=CKV_AWS_356: in a key policy "*" is this key only

  # AWS's default statement. Without it no IAM policy has an effect on the key, and the account can lose control of it.
  statement {
    sid       = "IamPoliciesOfTheAccount"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  statement {
    sid       = "LogGroupsOfTheJob"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${data.aws_region.current.name}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [
        "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:log-group:${var.log_group_prefix}/*"
      ]
    }
  }

  # CloudWatch alarms and budgets publish to the encrypted topic of 6_monitoring.
  # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  dynamic "statement" {
    for_each = var.alarms_use_key ? [1] : []

    content {
      sid       = "AlarmsOfTheAccount"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [data.aws_caller_identity.current.account_id]
      }
    }
  }

  # No condition: EventBridge's requests to KMS carry neither aws:SourceAccount nor aws:SourceArn, and a condition on them
  # would silently drop every notification (docs/limits.md). EventBridge can use the key for nothing but publishing.
  dynamic "statement" {
    for_each = var.alarms_use_key ? [1] : []

    content {
      sid       = "EventsOfTheJob"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }
    }
  }
}

resource "aws_s3_bucket" "data" {
  # checkov:skip=CKV_AWS_18: access logs would need a second bucket; made-up data, one reader
  # checkov:skip=CKV_AWS_144: no copy in a second region: everything in it can be made again from the CSV files
  # checkov:skip=CKV2_AWS_62: nothing reacts to new objects; the job is started on demand or by schedule
  bucket        = var.bucket_name
  force_destroy = !var.deletion_protection
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    id     = "clean-up"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  rule {
    id     = "temporary-files"
    status = "Enabled"

    filter {
      prefix = "tmp/"
    }

    expiration {
      days = 7
    }
  }
}

data "aws_iam_policy_document" "tls_only" {
  statement {
    sid       = "DenyPlainHttp"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.data.arn, "${aws_s3_bucket.data.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id
  policy = data.aws_iam_policy_document.tls_only.json

  # S3 refuses to change both at once.
  depends_on = [aws_s3_bucket_public_access_block.data]
}

# source_hash compares the content: with KMS an etag is no MD5. Content type and tags are left out. Files of the same names
# that a user puts there would differ in them, and the next apply would put the samples back.
resource "aws_s3_object" "sample" {
  for_each = fileset(var.sample_files_dir, "*.csv")

  bucket      = aws_s3_bucket.data.id
  key         = "${local.raw_prefix}${each.value}"
  source      = "${var.sample_files_dir}/${each.value}"
  source_hash = filemd5("${var.sample_files_dir}/${each.value}")

  override_provider {
    default_tags {
      tags = {}
    }
  }

  # What is uploaded before them is stored without the key, or without a version.
  depends_on = [
    aws_s3_bucket_server_side_encryption_configuration.data,
    aws_s3_bucket_versioning.data,
  ]
}
