"""The school case seen from outside: runs of the job, the Data API, the analyses, verification."""
