# Runs come from the job's own summaries (docs/interfaces.md), because Glue's metrics cost money. Aurora's metrics are its own.

locals {
  region = data.aws_region.current.name

  runs_query = <<-EOT
    SOURCE '${var.log_group_output_name}'
    | fields @timestamp, @logStream as run, kept, inserted, updated, unchanged, seconds.parquet + seconds.database as seconds
    | filter event = "run_summary"
    | sort @timestamp desc
    | limit 50
  EOT

  aurora_graphs = {
    "Aurora: capacity (ACU)"                  = ["ServerlessDatabaseCapacity", "Maximum"]
    "Aurora: percent of the highest capacity" = ["ACUUtilization", "Maximum"]
    "Aurora: connections"                     = ["DatabaseConnections", "Maximum"]
    "Aurora: storage (bytes)"                 = ["VolumeBytesUsed", "Average"]
  }

  widgets = concat(
    [
      {
        type       = "log"
        width      = 24
        height     = 6
        properties = { title = "Runs that succeeded", region = local.region, view = "table", query = local.runs_query }
      },
    ],
    length(local.rules) == 0 ? [] : [
      {
        type   = "metric"
        width  = 24
        height = 4
        properties = {
          title   = "Reported runs"
          region  = local.region
          view    = "timeSeries"
          stat    = "Sum"
          period  = 86400
          metrics = [for name in keys(local.rules) : ["AWS/Events", "MatchedEvents", "RuleName", aws_cloudwatch_event_rule.job[name].name, { label = name }]]
        }
      },
    ],
    [
      for title, metric in local.aurora_graphs : {
        type   = "metric"
        width  = 12
        height = 6
        properties = {
          title   = title
          region  = local.region
          view    = "timeSeries"
          stat    = metric[1]
          period  = 300
          metrics = [["AWS/RDS", metric[0], "DBClusterIdentifier", var.aurora_cluster_identifier]]
        }
      }
    ],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  count = var.dashboard_enabled ? 1 : 0

  dashboard_name = var.project_name
  dashboard_body = jsonencode({ widgets = local.widgets })
}
