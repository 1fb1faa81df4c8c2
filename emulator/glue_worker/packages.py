"""The Python packages that Glue 5.1 has, and those that jobs of Glue 4.0 had and lost.

Source: "Python modules already provided in AWS Glue", aws-glue-programming-python-libraries.html.
"""

from __future__ import annotations

_OF_GLUE = """
aiobotocore==2.25.1 aiohappyeyeballs==2.6.1 aiohttp==3.13.2 aioitertools==0.12.0 aiosignal==1.4.0 appdirs==1.4.4
attrs==25.4.0 boto3==1.40.61 botocore==1.40.61 certifi==2025.10.5 charset-normalizer==3.4.4 choreographer==1.2.0
contourpy==1.3.3 cycler==0.12.1 distlib==0.4.0 filelock==3.20.0 fonttools==4.60.1 frozenlist==1.8.0 fsspec==2025.10.0
idna==3.11 iniconfig==2.3.0 jmespath==1.0.1 kaleido==1.2.0 kiwisolver==1.4.9 logistro==2.0.1 matplotlib==3.10.7
multidict==6.7.0 narwhals==2.10.2 numpy==2.3.4 orjson==3.11.4 packaging==25.0 pandas==2.3.3 pillow==12.0.0 pip==24.0
platformdirs==4.5.0 plotly==6.4.0 pluggy==1.6.0 propcache==0.4.1 pyarrow==22.0.0 Pygments==2.19.2 pyparsing==3.2.5
pytest-timeout==2.4.0 pytest==8.4.2 python-dateutil==2.9.0.post0 pytz==2025.2 requests==2.32.5 s3fs==2025.10.0
s3transfer==0.14.0 seaborn==0.13.2 setuptools==79.0.1 simplejson==3.20.2 six==1.17.0 tenacity==9.1.2
typing_extensions==4.15.0 tzdata==2025.2 urllib3==2.5.0 uv==0.9.7 virtualenv==20.35.4 wrapt==1.17.3 yarl==1.22.0
"""
OF_GLUE = tuple(_OF_GLUE.split())
"""Those of Glue 5.1, as `name==version`."""

_IMPORTS = {
    "attrs": ("attr", "attrs"),
    "fonttools": ("fontTools",),
    "pillow": ("PIL",),
    "python-dateutil": ("dateutil",),
    "setuptools": ("setuptools", "pkg_resources"),
}

_LOST = {
    "avro": "avro-python3",
    "chardet": "chardet",
    "click": "click",
    "Cython": "Cython",
    "joblib": "joblib",
    "mpmath": "mpmath",
    "nltk": "nltk",
    "patsy": "patsy",
    "pmdarima": "pmdarima",
    "pyhocon": "pyhocon",
    "pymysql": "PyMySQL",
    "regex": "regex",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "statsmodels": "statsmodels",
    "sympy": "sympy",
    "tbats": "tbats",
    "threadpoolctl": "threadpoolctl",
    "tqdm": "tqdm",
    "wheel": "wheel",
    "yaml": "PyYAML",
}
"""Packages of Glue 4.0, by the name under which a script imports them, that Glue 5 has no more."""


def of_glue(module: str) -> str | None:
    """Returns the package of Glue 5.1, as `name==version`, that has `module`."""
    return _BY_MODULE.get(module)


def lost_since_glue_4(module: str) -> str | None:
    """Returns the package of Glue 4.0 that has `module`, if Glue 5.1 lacks the package."""
    return _LOST.get(module)


def _modules(package: str) -> tuple[str, ...]:
    return _IMPORTS.get(package, (package.lower().replace("-", "_"),))


_BY_MODULE = {module: package for package in OF_GLUE for module in _modules(package.partition("==")[0])}
