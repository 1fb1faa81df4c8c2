"""Amazon RDS: Aurora PostgreSQL clusters whose role and database really exist in the PostgreSQL behind the emulator."""
