output "topic_arn" {
  description = "Topic that alarms and budget publish to."
  value       = aws_sns_topic.alarms.arn
}
