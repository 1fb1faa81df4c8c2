-- The analyses of the case over performance_academica. They only read. The line `-- name:` above a statement names it:
-- scripts/case/analyses.py computes the analysis of that name in Python, and `make aws-verify` compares the two.
-- The line `-- title:` is its heading in the report (`make report`); without one the heading is made of the name.
-- Means have two decimals. Every ORDER BY ends in a key, so two runs give the same order.

-- name: media_por_regiao_e_escola
-- title: Média de cada escola, por região
SELECT regiao,
       escola_id,
       nome_escola,
       ROUND(AVG(nota), 2) AS media_nota,
       COUNT(*)            AS total_notas
  FROM performance_academica
 GROUP BY regiao, escola_id, nome_escola
 ORDER BY regiao, media_nota DESC, escola_id, nome_escola;

-- name: desempenho_por_rede
-- title: Desempenho por rede de ensino
SELECT rede,
       ROUND(AVG(nota), 2)       AS media_nota,
       COUNT(DISTINCT aluno_id)  AS total_alunos,
       COUNT(DISTINCT escola_id) AS total_escolas,
       COUNT(*)                  AS total_notas
  FROM performance_academica
 GROUP BY rede
 ORDER BY media_nota DESC, rede;

-- name: estatisticas_por_disciplina
-- title: Notas por disciplina
SELECT disciplina,
       ROUND(AVG(nota), 2) AS media_nota,
       MIN(nota)           AS menor_nota,
       MAX(nota)           AS maior_nota,
       COUNT(*)            AS total_notas
  FROM performance_academica
 GROUP BY disciplina
 ORDER BY media_nota DESC, disciplina;
