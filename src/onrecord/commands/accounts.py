"""``onrecord user``: who may sign in to a server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.commands.shown import print_json, say

if TYPE_CHECKING:
    from onrecord.storage.accounts import Accounts

__all__ = ["add_user", "list_users", "remove_user", "set_password", "user"]

user = typer.Typer(help="Who may sign in to a server: accounts, kept apart from the index.", rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME")]


@user.command("add")
def add_user(
    name: Name,
    operator: Annotated[bool, typer.Option("--operator", help="May also read metrics; without it: staff.")] = False,
    as_json: Json = False,
) -> None:
    """Make an account; the password is asked for, or read from standard input where that is no terminal."""
    _accounts().add(name, "operator" if operator else "staff", _password())
    _say_accounts(as_json=as_json)


@user.command("list")
def list_users(as_json: Json = False) -> None:
    """List the accounts."""
    _say_accounts(as_json=as_json)


@user.command("password")
def set_password(name: Name, as_json: Json = False) -> None:
    """Give an account another password, which ends its sessions."""
    _accounts().set_password(name, _password())
    _say_accounts(as_json=as_json)


@user.command("remove")
def remove_user(name: Name, as_json: Json = False) -> None:
    """Take an account away, which ends its sessions."""
    _accounts().remove(name)
    _say_accounts(as_json=as_json)


def _accounts() -> Accounts:
    from onrecord.settings import load_settings
    from onrecord.storage.accounts import Accounts

    return Accounts(load_settings().accounts)


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _say_accounts(*, as_json: bool) -> None:
    accounts = _accounts().all()
    if as_json:
        print_json({"accounts": [{"name": one.name, "role": one.role} for one in accounts]})
    else:
        say("\n".join(f"{one.name}: {one.role}" for one in accounts) or "no accounts yet; see `onrecord user add`")
