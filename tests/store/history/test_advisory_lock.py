"""Only one run at a time may write, on any machine."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy.engine import make_url

from reconciler.core.errors import Locked, RunFailed
from reconciler.store.history import advisory_lock
from tests.store.history.servers import Server

NAME = "tenants.yaml"


@contextmanager
def held(url: str, name: str = NAME) -> Iterator[None]:
    """A lock that a run on another machine holds."""
    with advisory_lock.hold(url, name, 0):
        yield


def test_a_second_run_is_locked_out(url: str) -> None:
    """The message names the owner of the lock and a remedy. Afterwards the lock is free."""
    with (
        held(url),
        pytest.raises(Locked, match=r"another run holds the lock of the history tenants\.yaml"),
        advisory_lock.hold(url, NAME, 0.3),
    ):
        pass
    with advisory_lock.hold(url, NAME, 0):
        pass


def test_histories_of_one_database_do_not_wait_for_each_other(url: str) -> None:
    """Two files can share a server."""
    with held(url, "other.yaml"), advisory_lock.hold(url, NAME, 0):
        pass


def test_no_lock_is_acquired_without_the_database(url: str) -> None:
    """If the database does not answer, another machine may be writing."""
    with pytest.raises(Locked, match="cannot take the lock of the shared history"):
        advisory_lock.hold("postgresql://127.0.0.1:1/pal", NAME, 0).__enter__()


def test_no_lock_is_acquired_if_the_server_refuses_it(url: str, postgresql: Server) -> None:
    """A statement that fails counts like a database that does not answer."""
    plain = make_url(url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
        connection.execute("CREATE SCHEMA refusing")
        connection.execute(
            "CREATE FUNCTION refusing.pg_try_advisory_lock(bigint) RETURNS boolean "
            "LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$permission denied$$; END'"
        )
    postgresql.run(f"ALTER DATABASE {plain.database} SET search_path = refusing, pg_catalog")
    with (
        pytest.raises(Locked, match=r"cannot take the lock .*permission denied"),
        advisory_lock.hold(url, NAME, 0),
    ):
        pass


def test_an_error_inside_the_lock_is_raised_unchanged(url: str) -> None:
    """It is not reported as an error of the lock."""
    with pytest.raises(RunFailed, match="disk"), advisory_lock.hold(url, NAME, 0):
        raise RunFailed("disk full")


def test_a_lock_is_lost_with_its_connection(
    url: str, postgresql: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    """The next check finds it, it stays lost, and nothing is printed. A held lock passes."""
    with advisory_lock.hold(url, NAME, 0) as lock:
        lock.check()
        postgresql.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{url.rpartition('/')[2].partition('?')[0]}'"
        )
        for _ in range(3):  # a new connection does not hold the lock
            with pytest.raises(RunFailed, match="lost with its connection"):
                lock.check()
    assert capfd.readouterr().err == ""
