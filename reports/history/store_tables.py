"""The tables of a store. Their version is in the store itself: a change here needs another VERSION."""

from __future__ import annotations

from sqlalchemy import (BigInteger, Boolean, Column, Float, ForeignKey, Integer, MetaData, Table, Text,
                        UniqueConstraint)

VERSION = 1

METADATA = MetaData()

# One row.
FORMAT = Table("ipcmark_history", METADATA, Column("version", Integer, primary_key=True))

# `facts` is a JSON object of what makes the environment what it is.
ENVIRONMENTS = Table(
    "environments", METADATA,
    Column("id", Text, primary_key=True),
    Column("description", Text, nullable=False),
    Column("facts", Text, nullable=False),
)

# `run` is the run's own id, which is what keeps it from being there twice; `time` in microseconds since 1970.
RUNS = Table(
    "runs", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("run", Text, nullable=False, unique=True),
    Column("environment", Text, ForeignKey("environments.id"), nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("revision", Text, nullable=False),
    Column("dirty", Boolean, nullable=False),
)

SERIES = Table(
    "series", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("environment", Text, ForeignKey("environments.id"), nullable=False),
    Column("effort", Text, nullable=False),
    Column("trial", Text, nullable=False),
    Column("statistic", Text, nullable=False),
    Column("unit", Text, nullable=False),
    UniqueConstraint("environment", "effort", "trial", "statistic", "unit"),
)

# Values and bounds in the unit of their series.
POINTS = Table(
    "points", METADATA,
    Column("series", Integer, ForeignKey("series.id"), primary_key=True, autoincrement=False),
    Column("run", Integer, ForeignKey("runs.id"), primary_key=True, autoincrement=False),
    Column("value", Float, nullable=False),
    Column("low", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("launches", Integer, nullable=False),
    sqlite_with_rowid=False,
)
