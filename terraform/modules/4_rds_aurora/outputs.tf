output "cluster_endpoint" {
  description = "Writer endpoint, a host name."
  value       = aws_rds_cluster.this.endpoint
}

output "cluster_identifier" {
  description = "Identifier of the cluster."
  value       = aws_rds_cluster.this.cluster_identifier
}

output "cluster_port" {
  description = "Port of the cluster."
  value       = aws_rds_cluster.this.port
}

output "database_name" {
  description = "Database that the cluster was created with."
  value       = aws_rds_cluster.this.database_name
}

output "master_user_secret_arn" {
  description = "Secret with username and password (nothing else), made and rotated by RDS."
  value       = aws_rds_cluster.this.master_user_secret[0].secret_arn
}
