output "job_name" {
  description = "Name of the job."
  value       = aws_glue_job.this.name
}

output "log_group_error_name" {
  description = "Log group of Spark's and Glue's own messages."
  value       = aws_cloudwatch_log_group.job["error"].name
}

output "log_group_output_name" {
  description = "Log group of what the job prints."
  value       = aws_cloudwatch_log_group.job["output"].name
}
