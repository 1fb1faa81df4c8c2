"""The words of the report, in Portuguese. A name without an entry is written as people would, so none is left out."""

from __future__ import annotations

import re

# Columns of the table and of the analyses -> heading.
COLUMNS = {
    "aluno_id": "Aluno (id)",
    "nome_aluno": "Aluno",
    "escola_id": "Escola (id)",
    "nome_escola": "Escola",
    "media_nota": "Média das notas",
    "menor_nota": "Menor nota",
    "maior_nota": "Maior nota",
    "total_notas": "Notas",
    "total_alunos": "Alunos",
    "total_escolas": "Escolas",
}

# Rule of glue_scripts/quality.py -> what it is called, and why it rejects a line.
RULES = {
    "other_header": ("Cabeçalho em outra ordem", "o arquivo repete o cabeçalho com as colunas em outra ordem"),
    "control_character": ("Caractere de controle", "a linha contém um caractere que não é texto"),
    "malformed_line": ("Linha malformada", "mais ou menos valores do que o cabeçalho, ou aspas malformadas"),
    "invalid_encoding": ("Codificação inválida", "a linha tem bytes que não são da codificação do arquivo"),
    "empty_key": ("Identificação vazia", "falta o id, o aluno ou a disciplina"),
    "invalid_key": ("Identificação inválida", "o id não é um número inteiro"),
    "invalid_escola_id": ("Escola inválida", "o id da escola do aluno não é um número inteiro"),
    "text_too_long": ("Texto longo demais", "um texto tem mais de 500 caracteres"),
    "nota_not_a_number": ("Nota que não é número", "a nota está vazia ou não é um número"),
    "nota_out_of_range": ("Nota fora da escala", "a nota não está entre 0 e 10"),
    "unknown_aluno": ("Aluno desconhecido", "nenhuma linha aproveitável de alunos tem esse aluno"),
    "unknown_escola": ("Escola desconhecida", "o aluno não tem escola, ou ela falta em escolas"),
}

# JobRunState -> word.
STATES = {
    "SUCCEEDED": "concluída",
    "FAILED": "falhou",
    "STOPPED": "interrompida",
    "TIMEOUT": "passou do tempo limite",
    "ERROR": "erro",
    "EXPIRED": "expirou",
}

# Part of `seconds` in the job's summary -> word. Those in `WITHIN` go on within others, so they are not added to them.
PHASES = {
    "prepare": "Preparação",
    "parquet": "Leitura e junção",
    "rejects": "Linhas rejeitadas",
    "database": "Banco de dados",
}
WITHIN = ("copy", "merge")
REST = "Inicialização e encerramento"  # what the run took beyond its phases
UNKNOWN = "Sem fases no log"

OUTCOMES = {"allowed": "permitida", "refused": "recusada", "not judged": "não avaliada"}

# Part of the origin of the data -> what it is called.
ORIGIN = {
    "place": "Arquivos lidos",
    "job": "Job do AWS Glue",
    "run": "Execução",
    "arguments": "Argumentos da execução",
    "table": "Tabela",
    "queries": "Consultas",
}
NO_ARGUMENTS = "nenhum além dos do job"
HERE = "ambiente local"

# In place of the decisions of AWS.
DECIDED_BY_AWS = (
    "Esta execução foi na própria AWS, que decidiu cada requisição. `make parity` mostra só as execuções do ambiente "
    "local."
)
FORGOTTEN = (
    "O LocalStack começou de novo depois desta execução e não guarda mais as requisições dela: rode `make run` e "
    "gere o relatório de novo."
)

# Names in SQL have no accents. Words that end in -ao and -oes need no entry.
_ACCENTED = {
    "academica": "acadêmica",
    "academico": "acadêmico",
    "analise": "análise",
    "etaria": "etária",
    "frequencia": "frequência",
    "genero": "gênero",
    "indice": "índice",
    "matematica": "matemática",
    "maxima": "máxima",
    "maximo": "máximo",
    "media": "média",
    "mes": "mês",
    "minima": "mínima",
    "minimo": "mínimo",
    "nivel": "nível",
    "numero": "número",
    "periodo": "período",
    "portugues": "português",
    "publica": "pública",
    "serie": "série",
    "ultima": "última",
    "ultimo": "último",
}


def written(name: str) -> str:
    """Returns a name of SQL as people write it: `variacao_da_media` is `Variação da média`."""
    text = " ".join(_accented(word) for word in name.split("_") if word) or name
    return text[:1].upper() + text[1:]


def _accented(word: str) -> str:
    for ending in ("", "s"):
        if word.endswith(ending) and (found := _ACCENTED.get(word.removesuffix(ending))):
            return found + ending
    return re.sub(r"(?<=\w)oes$", "ões", re.sub(r"(?<=\w)ao$", "ão", re.sub("c(ao|oes)$", r"ç\1", word)))


def column(name: str) -> str:
    """Returns the heading of a column."""
    return COLUMNS.get(name) or written(name)


def rule(name: str) -> tuple[str, str]:
    """Returns what a rule is called, and why it rejects a line: its own name and nothing where it has no entry."""
    return RULES.get(name, (name, ""))


def phase(name: str) -> str:
    """Returns what a phase of a run is called."""
    return PHASES.get(name) or written(name)


def state(name: str) -> str:
    """Returns the word for the state of a run."""
    return STATES.get(name, name)
