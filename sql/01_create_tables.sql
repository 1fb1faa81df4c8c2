-- The denormalised table of the case: one row per aluno, escola and disciplina. glue_scripts/table.py declares the same
-- columns, and a test compares the two. An older table is brought up to date by sql/migrations/.
-- This file is idempotent: run it before the first run of the job, and again at any time.
--
--   psql "host=… port=… dbname=letrus user=letrus_admin sslmode=verify-full sslrootcert=…" -v ON_ERROR_STOP=1 -f sql/01_create_tables.sql

CREATE TABLE IF NOT EXISTS performance_academica (
    aluno_id    BIGINT        NOT NULL,
    nome_aluno  TEXT,
    idade       SMALLINT,
    genero      TEXT,
    escola_id   BIGINT        NOT NULL,
    nome_escola TEXT,
    rede        TEXT,
    regiao      TEXT,
    disciplina  TEXT          NOT NULL,
    nota        NUMERIC(4, 2) NOT NULL,
    CONSTRAINT performance_academica_pkey PRIMARY KEY (aluno_id, escola_id, disciplina),
    CONSTRAINT performance_academica_nota_check CHECK (nota BETWEEN 0 AND 10)
);

-- The table has no index but its primary key. The analyses read every row, and an index on a grouping column does not
-- change that. Measured with 1 million rows on PostgreSQL 16: indexes on escola_id, rede, regiao and disciplina made the
-- load take 2 to 3 times as long and no analysis faster. A covering index, (rede, aluno_id) INCLUDE (escola_id, nota),
-- makes desempenho_por_rede 3 times as fast (0.9 to 0.3 s), and the load takes 1.5 to 2 times as long: add it when that
-- query runs more often than the job.
