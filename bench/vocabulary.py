"""The words of the generated data."""

from __future__ import annotations

FIRST_NAMES = (
    "Ana", "Antônio", "Beatriz", "Bruna", "Caetano", "Camila", "Cauã", "Cecília", "Clara", "Davi", "Eduarda",
    "Emanuel", "Enzo", "Érica", "Estêvão", "Fátima", "Flávia", "Gabriel", "Giovanna", "Graça", "Heloísa",
    "Henrique", "Ícaro", "Inês", "Isadora", "João", "José", "Júlia", "Kauã", "Lara", "Letícia", "Lívia", "Lúcia",
    "Luís", "Luzia", "Manuela", "Márcio", "Maria", "Matheus", "Mônica", "Nícolas", "Nina", "Otávio", "Patrícia",
    "Pedro", "Rafael", "Raíssa", "Sebastião", "Sofia", "Tainá", "Taís", "Tomás", "Úrsula", "Valentina", "Vinícius",
    "Vitória", "Yasmin", "Zoé",
)  # fmt: skip
SURNAMES = (
    "Abreu", "Alcântara", "Almeida", "Araújo", "Assunção", "Azevedo", "Barbosa", "Batista", "Brandão", "Cardoso",
    "Carvalho", "Conceição", "Corrêa", "Costa", "Dias", "Falcão", "Farias", "Fernandes", "Ferreira", "Fontes",
    "Freitas", "Galvão", "Gonçalves", "Guimarães", "Leão", "Lima", "Lopes", "Magalhães", "Marques", "Melo",
    "Mendonça", "Monteiro", "Moraes", "Nascimento", "Nóbrega", "Oliveira", "Paixão", "Peçanha", "Pereira",
    "Queirós", "Ramalho", "Ribeiro", "Rocha", "Sá", "Salomão", "Santos", "Simões", "Souza", "Távora", "Teixeira",
    "Trindade", "Vasconcelos", "Vieira",
)  # fmt: skip
DISCIPLINAS = (
    "Artes", "Biologia", "Ciências", "Educação Física", "Espanhol", "Filosofia", "Física", "Geografia", "História",
    "Inglês", "Matemática", "Português", "Química", "Sociologia",
)  # fmt: skip
ESCOLA_KINDS = ("Escola Municipal", "Escola Estadual", "Colégio", "Instituto", "Centro Educacional")
REDES = ("Municipal", "Municipal", "Municipal", "Estadual", "Estadual", "Privada")
REGIOES = ("Sudeste", "Sudeste", "Sudeste", "Nordeste", "Nordeste", "Sul", "Norte", "Centro-Oeste")
