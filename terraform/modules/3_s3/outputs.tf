output "bucket_arn" {
  description = "ARN of the data bucket."
  value       = aws_s3_bucket.data.arn
}

output "bucket_name" {
  description = "Name of the data bucket; ready for uploads."
  value       = aws_s3_bucket.data.id

  # What is uploaded before them is stored without the key, or without a version.
  depends_on = [
    aws_s3_bucket_server_side_encryption_configuration.data,
    aws_s3_bucket_versioning.data,
  ]
}

output "kms_key_arn" {
  description = "The key."
  value       = aws_kms_key.this.arn
}

output "kms_key_arn_for_services" {
  description = "The key, once its policy lets CloudWatch Logs and the alarms use it (CreateLogGroup checks that)."
  value       = aws_kms_key.this.arn
  depends_on  = [aws_kms_key_policy.this]
}

output "raw_prefix" {
  description = "Prefix of the source files."
  value       = local.raw_prefix
}
