"""The facts in the words of the page: tables, sentences and charts, ready to be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scripts.base.console import printable
from scripts.report import charts, picture, texts, words
from scripts.report.charts import Chart, Stack
from scripts.report.facts import EXAMPLES, Analysis, Facts, Run

MOST_ROWS = 300  # of a table; a page with more is slow on a phone


@dataclass(frozen=True)
class Table:
    """Headings, and rows of text. `numbers` are the places of the columns that are set flush right."""

    about: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Section:
    """A heading of the results with its sentence, chart and table. `note` says what the table leaves out."""

    anchor: str
    title: str
    sentence: str
    chart: Chart | None
    table: Table | None
    note: str = ""


@dataclass(frozen=True)
class Rule:
    """What one rule rejected: as many lines of examples as `facts.EXAMPLES`, and how many more there are."""

    name: str
    title: str
    why: str
    count: str
    examples: Sequence[tuple[str, str]]
    more: str


@dataclass(frozen=True)
class Quality:
    """Of the last run: its numbers, a table by set, a chart and the lines by rule, and what was set right."""

    numbers: Sequence[tuple[str, str]]
    sentence: str
    chart: Chart | None
    rules: Sequence[Rule]
    corrections: Sequence[str] = field(default_factory=list)


def results(facts: Facts) -> list[Section]:
    """Returns one section for each analysis, in the order of the file."""
    return [_section(place, each, facts) for place, each in enumerate(facts.analyses, 1)]


def _section(place: int, analysis: Analysis, facts: Facts) -> Section:
    statement, result = analysis.statement, analysis.result
    title = statement.title or words.written(statement.name or f"analise_{place}")
    drawn = picture.of(result, facts.totals.mean)
    if not result.rows:
        return Section(f"r{place}", title, "Esta análise não devolveu nenhuma linha.", None, None)
    rest = len(result.rows) - MOST_ROWS
    note = ""
    if rest > 0:
        target = "query" if facts.place == words.HERE else "aws-query"
        command = f"make {target} NAME={statement.name}" if statement.name else f"make {target}"
        shown, of = texts.number(MOST_ROWS), texts.number(len(result.rows))
        note = f"A tabela mostra {shown} de {of} linhas; `{command}` mostra todas."
    return Section(
        f"r{place}",
        title,
        picture.caption(drawn) if drawn else "",
        charts.of_picture(drawn) if drawn else None,
        _table(title, analysis),
        note,
    )


def _table(title: str, analysis: Analysis) -> Table:
    columns, rows = analysis.result.columns, analysis.result.rows
    plain = [picture.is_identifier(name) or picture.is_year(name) for name in columns]
    numbers = {place for place, name in enumerate(columns) if picture.is_number(analysis.result, name)}
    shown = [
        [texts.value(value, plain=is_plain) for value, is_plain in zip(row, plain, strict=True)]
        for row in rows[:MOST_ROWS]
    ]
    return Table(title, [words.column(name) for name in columns], shown, frozenset(numbers))


def headline(facts: Facts) -> list[tuple[str, str]]:
    """Returns the main numbers of the whole table, each with its noun."""
    totals = facts.totals
    return [
        (texts.value(totals.mean), "média geral"),
        (texts.number(totals.alunos), "alunos" if totals.alunos != 1 else "aluno"),
        (texts.number(totals.escolas), "escolas" if totals.escolas != 1 else "escola"),
        (texts.number(totals.disciplinas), "disciplinas" if totals.disciplinas != 1 else "disciplina"),
        (texts.number(totals.notas), "notas" if totals.notas != 1 else "nota"),
    ]


def state(facts: Facts) -> list[str]:
    """Returns sentences on the last run: how it ended, and what of the table is its own."""
    run, summary = facts.last.described, facts.last.summary
    begun = texts.when(run.started)
    if run.state != "SUCCEEDED":
        # What it left of the table is not known here: FRESH=1 empties it before a run, and a script may fail after
        # its merge.
        return [
            f"A última execução, de {begun}, não foi concluída ({words.state(run.state)}). Os resultados são os da "
            "tabela como ela está agora."
        ]
    told = [f"A última execução, de {begun}, foi concluída em {texts.seconds(run.seconds)}."]
    if summary:
        own = sum(summary[name] for name in ("inserted", "updated", "unchanged"))
        others = facts.totals.notas - own
        if others > 0:
            noun = texts.counted(others, "nota", "notas")
            told.append(f"A tabela tem também {noun} de execuções anteriores, e os resultados as incluem.")
    if facts.under_way:
        told.append("Outra execução está em andamento: gere o relatório de novo quando ela terminar.")
    return told


def quality(facts: Facts) -> Quality:
    """Returns what the last run did with the lines that it read."""
    run = facts.last
    summary = run.summary
    numbers = []
    if summary:
        rejected = sum(summary["rejected"].values())
        read = summary["read"]["notas"]
        numbers = [
            (texts.number(read), "linhas de notas lidas"),
            (texts.number(summary["kept"]), "aproveitadas"),
            (texts.number(summary["superseded"]), "substituídas por linha posterior"),
            (texts.number(rejected), f"rejeitadas ({texts.percent(rejected, read)})"),
        ]
    rules = [
        Rule(
            name,
            *words.rule(name),
            texts.counted(broken.count, "linha", "linhas"),
            [(f"{line.file}, linha {line.line_number}", printable(line.raw_line)) for line in broken.first[:EXAMPLES]],
            texts.number(broken.count - EXAMPLES) if broken.count > EXAMPLES else "",
        )
        for name, broken in facts.rejected.items()
    ]
    return Quality(numbers, _rejected_sentence(run, facts), _rules_chart(facts), rules, _corrections(run))


def _rejected_sentence(run: Run, facts: Facts) -> str:
    if facts.rejected:
        total = sum(each.count for each in facts.rejected.values())
        by_set = [f"{texts.number(sum(rules.values()))} de {name}" for name, rules in run.rejected.items()]
        where = f" ({', '.join(by_set)})" if len(by_set) > 1 else ""
        return (
            f"{texts.counted(total, 'linha foi rejeitada', 'linhas foram rejeitadas')}{where}. Uma linha rejeitada não "
            "entra na tabela e não substitui uma linha boa."
        )
    if run.summary:
        return "Nenhuma linha foi rejeitada."
    return (
        "Não há contagens: a execução terminou antes de avaliar as linhas, o seu log já expirou, ou o script não "
        "registrou todas."
    )


def _rules_chart(facts: Facts) -> Chart | None:
    if len(facts.rejected) < 2:
        return None
    bars = [
        picture.Bar(words.rule(name)[0], float(broken.count), texts.number(broken.count))
        for name, broken in facts.rejected.items()
    ]
    return charts.of_picture(picture.Picture(bars, "Linhas rejeitadas"))


def _corrections(run: Run) -> list[str]:
    """Returns what the job set right in lines that it kept, as it logged that."""
    told = []
    count = run.events.get("values_set_to_null", {}).get("idade")
    if count and isinstance(count, int):
        told.append(f"{texts.counted(count, 'idade inválida ficou vazia', 'idades inválidas ficaram vazias')}.")
    for event, what in (
        ("invisible_characters_removed", "com caracteres invisíveis, que foram retirados"),
        ("lines_read_as_utf8", "em UTF-8 apesar da codificação indicada"),
    ):
        counts = run.events.get(event, {})
        if total := sum(value for value in counts.values() if isinstance(value, int)):
            told.append(f"{texts.counted(total, 'linha', 'linhas')} {what}.")
    return told


def history_chart(facts: Facts) -> Chart | None:
    """Returns the runs with the seconds of their phases, the newest first; None where no run has any."""
    if not any(run.phases for run in facts.history):
        return None
    stacks = [Stack(_run_label(run), texts.seconds(run.described.seconds), _parts(run)) for run in facts.history]
    return charts.of_stacks(
        stacks, "Segundos", f"Gráfico: segundos por fase, {texts.counted(len(stacks), 'execução', 'execuções')}"
    )


def _run_label(run: Run) -> str:
    return f"{texts.when(run.described.started)}, {words.state(run.described.state)}"


def _parts(run: Run) -> dict[str, float]:
    """Returns seconds by phase. What the run took beside its phases comes first: most of it is Spark's start."""
    phases = {words.phase(name): float(took) for name, took in run.phases.items() if name not in words.WITHIN}
    if not phases:
        return {words.UNKNOWN: float(run.described.seconds)}
    rest = round(run.described.seconds - sum(phases.values()), 2)
    return {**({words.REST: rest} if rest > 0 else {}), **phases}


def history_table(facts: Facts) -> Table:
    """Returns a row for each run: how it ended, how long it took, what it kept and changed."""
    names = ("kept", "inserted", "updated", "unchanged")
    rows = []
    for run in facts.history:
        summary = run.summary
        rejected = texts.number(sum(summary["rejected"].values())) if summary else texts.NOTHING
        counts = [texts.number(summary[name]) if summary else texts.NOTHING for name in names]
        described = run.described
        rows.append(
            [
                texts.when(described.started),
                words.state(described.state),
                texts.seconds(described.seconds),
                counts[0],
                rejected,
                *counts[1:],
                f"{described.id[:11]}…",
            ]
        )
    columns = (
        "Início",
        "Estado",
        "Duração",
        "Aproveitadas",
        "Rejeitadas",
        "Inseridas",
        "Atualizadas",
        "Iguais",
        "Execução",
    )
    return Table("Execuções do job", columns, rows, frozenset(range(2, 8)))


@dataclass(frozen=True)
class Parity:
    """What AWS would decide on the last run's requests. `sentences` say it in short."""

    sentences: Sequence[str]
    refused: Sequence[tuple[str, str]] = ()
    table: Table | None = None
    routes: Sequence[str] = ()
    unused: Sequence[str] = ()


def parity(facts: Facts) -> Parity:
    """Returns the decisions on the last run's requests, or why there are none."""
    if isinstance(facts.parity, str):
        return Parity([facts.parity])
    decisions = facts.parity["decisions"]
    counts = {name: sum(each["count"] for each in decisions if each["outcome"] == name) for name in words.OUTCOMES}
    total = texts.counted(sum(counts.values()), "requisição", "requisições")
    sentences = [f"A AWS permitiria {texts.number(counts['allowed'])} de {total} que a execução fez."]
    if counts["refused"]:
        sentences.append(f"Recusaria {texts.number(counts['refused'])}.")
        if facts.last.described.state == "SUCCEEDED" and _only_probes(decisions):
            expected = "Essa recusa é esperada" if counts["refused"] == 1 else "Essas recusas são esperadas"
            sentences.append(
                f"{expected}: antes de gravar, o Spark consulta objetos que a role não pode ler, e continua."
            )
    if counts["not judged"]:
        sentences.append(
            f"{texts.counted(counts['not judged'], 'requisição não foi avaliada', 'requisições não foram avaliadas')}."
        )
    if facts.parity["mode"] != "enforce":
        sentences.append(f"O ambiente roda com PARITY={facts.parity['mode']}: o que a AWS recusaria foi atendido.")
    pooled: Counter[tuple[int, str, str]] = Counter()
    for each in decisions:
        pooled[_ORDER.index(each["outcome"]), each["action"], each["resource"] or texts.NOTHING] += each["count"]
    rows = [
        [words.OUTCOMES[_ORDER[place]], action, resource, texts.number(count)]
        for (place, action, resource), count in sorted(pooled.items())
    ]
    unused = [
        f"{each['statement']}: {', '.join([*each['actions'], *each['resources']])}" for each in facts.parity["unused"]
    ]
    return Parity(
        sentences,
        [(each["action"], each["reason"]) for each in decisions if each["outcome"] == "refused"],
        Table("Decisões", ("Decisão", "Ação", "Recurso", "Requisições"), rows, frozenset({3})),
        facts.parity.get("routes", ()),
        unused,
    )


_ORDER = ("refused", "not judged", "allowed")


def _only_probes(decisions: Sequence[Mapping[str, Any]]) -> bool:
    """Spark's S3 client asks for the folders above the one that it writes (docs/interfaces.md)."""
    return all(each["call"] == "s3:HeadObject" for each in decisions if each["outcome"] == "refused")


def files(facts: Facts) -> Table:
    """Returns the source files as they lie where the last run read."""
    rows = [
        [each.name, texts.size(each.size_bytes), texts.when(each.uploaded), "sim" if each.changed else "não"]
        for each in facts.files
    ]
    return Table(
        "Arquivos", ("Arquivo", "Tamanho", "Enviado em", "Trocado depois do início da execução"), rows, frozenset({1})
    )


def origin(facts: Facts) -> list[tuple[str, str]]:
    """Returns where the data came from, each with its name."""
    given = {**facts.origin, "arguments": facts.origin.get("arguments") or words.NO_ARGUMENTS}
    return [(name, printable(given[key])) for key, name in words.ORIGIN.items() if key in given]
