project_name = "letrus-de-case"
region       = "us-east-1"
