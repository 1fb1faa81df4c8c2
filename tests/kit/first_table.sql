-- The table as sql/01_create_tables.sql first made it. A database may still have it, so the files of sql/migrations/
-- must lead from here to today's table; tests/job/test_migrations.py runs them. This file never changes.
CREATE TABLE performance_academica (
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
