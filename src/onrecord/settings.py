"""Settings: from the environment (``ONRECORD_...``), then ``onrecord.toml``, then the defaults here."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from onrecord.errors import InputError

__all__ = ["Settings", "load_settings"]


def _listed(value: object) -> object:
    return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value


# A list in TOML, words between commas in the environment.
Origin = Annotated[str, Field(pattern=r"^https?://[a-z0-9.-]+(:[0-9]+)?$")]
Host = Annotated[str, Field(pattern=r"^[a-z0-9.-]+$|^\[[0-9a-f:]+\]$")]
Origins = Annotated[frozenset[Origin], NoDecode, BeforeValidator(_listed)]
Hosts = Annotated[frozenset[Host], NoDecode, BeforeValidator(_listed)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """Everything that a newsroom may want to set; frozen once it is read."""

    model_config = SettingsConfigDict(
        env_prefix="ONRECORD_", toml_file="onrecord.toml", frozen=True, extra="forbid", env_ignore_empty=True
    )

    index: Path = Path("index")
    """The folder that ingest publishes into."""
    corpus: Path = Path("corpus")
    """What the app ingests by itself when the index is empty."""
    model: str = "default"
    """``default``, ``none``, the path of a GGUF file, or the address of an OpenAI-compatible endpoint."""
    embedder: str = "default"
    """``default``, or the folder of a sentence-transformers model."""
    adapter: str = "default"
    """``default`` (for the default model), ``none``, or the path of a LoRA adapter for the model (GGUF)."""
    reader: str = "default"
    """``default``, ``none``, or the folder of a trained reader (``reader.onnx`` and its checksum)."""
    bench_data: Path | None = None
    """Where benchmark data lies; nothing of it is needed to run."""
    passage_words: int = Field(default=120, ge=20, le=400)
    """The size of a passage, in words."""
    private_addresses: bool = False
    """Whether ingest may fetch from private, loopback and link-local addresses."""
    fetch_delay: float = Field(default=1.0, ge=0, le=60)
    """The least time between two requests to one site, in seconds."""
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    origins: Origins = frozenset()
    """Origins whose pages may use the API (``https://news.example``); none by default."""
    hosts: Hosts = frozenset()
    """Host names that the server answers for; all by default."""
    proxies: Networks = ()
    """Addresses or networks of the proxies whose X-Forwarded-For is believed; none by default."""
    redis: SecretStr | None = None
    """``redis://...``: where several replicas share budgets and sessions."""
    accounts: Path = Path("accounts.json")
    """Who may sign in; apart from the index, and readable by the server only."""
    feedback: Path = Path("feedback.jsonl")
    """Where readers' feedback is kept."""
    operator_token: SecretStr | None = Field(default=None, min_length=32)
    """What a machine sends as a bearer token to read ``/metrics``."""
    questions_per_minute: int = Field(default=20, ge=1)
    """Questions that one peer may ask."""
    site_questions_per_minute: int = Field(default=600, ge=1)
    """Questions that the readers of one site may ask together."""
    reads_per_minute: int = Field(default=300, ge=1)
    """Everything else that one peer may ask for: articles, searches, checks, pages of the desk."""
    late_days: int | None = Field(default=None, ge=1)
    """Days without a new article after which readers are told that the articles are late; never by default."""
    log_questions: bool = False
    """Whether what readers ask is written to the log."""
    keep_questions_days: int = Field(default=0, ge=0, le=365)
    """How long staff may look at questions that were refused or whose answers were disliked; 0: none is kept."""
    questions: Path = Path("questions.jsonl")
    """Where these questions lie for so long."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options win over the environment, the environment over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**options: object) -> Settings:
    """The settings, with the options that are not None on top.

    Raises InputError that names the setting and where it is set.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"the setting {name or 'file'} cannot be used ({first['msg']})",
            hint=f"check the option, ONRECORD_{name.upper()} and onrecord.toml",
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(f"onrecord.toml cannot be read ({error})", hint="mend it or move it away") from None
