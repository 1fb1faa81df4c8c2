"""What the emulator claims of AWS, as requests that run here and, at the user's wish, against an AWS account."""
