-- Denormalised table of the case: one row per aluno, escola and disciplina.
-- Idempotent: run it before the first job run, and again whenever you like.
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

-- No index besides the primary key: the analyses read every row, and an index on a grouping column cannot spare them that.
-- Measured with 1 million rows on PostgreSQL 16: indexes on escola_id, rede, regiao and disciplina made the load 2 to 3
-- times as long and no analysis faster. A covering one, (rede, aluno_id) INCLUDE (escola_id, nota), makes desempenho_por_rede 3
-- times faster (0.9 to 0.3 s) for 1.5 to 2 times the load: add it when that query runs more often than the job.
