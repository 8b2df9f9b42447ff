"""Every error that a user can meet, each with the next step in it.

::

    OnRecordError                 exit code 1: a fault of ours
    |-- InputError                2: what was given cannot be used
    |   |-- QuestionError            a question, a filter or an option
    |   `-- FileError                a file or a line of it
    |-- BusyError                 1: more is asked at once than is answered at once
    |-- ClosingError              1: the server is being stopped
    |-- IndexUnusableError        3: the index cannot be used as it is
    |   |-- IndexMissingError        nothing has been published yet
    |   |-- IndexDamagedError        a file is missing, cut or changed
    |   |-- IndexMismatchError       made by another embedder or a newer format
    |   `-- IndexBusyError           another process is writing
    `-- ModelError                3: the embedder or the language model cannot be used
        |-- ModelMissingError        not installed, or no such file
        |-- ModelCrashedError        its process died or stopped answering
        `-- ModelBusyError           too many questions wait for it
"""

from __future__ import annotations

__all__ = [
    "BusyError",
    "ClosingError",
    "FileError",
    "IndexBusyError",
    "IndexDamagedError",
    "IndexMismatchError",
    "IndexMissingError",
    "IndexUnusableError",
    "InputError",
    "ModelBusyError",
    "ModelCrashedError",
    "ModelError",
    "ModelMissingError",
    "OnRecordError",
    "QuestionError",
]


class OnRecordError(Exception):
    """What went wrong, and ``hint``: what to do next."""

    code = "internal"
    exit_code = 1

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class InputError(OnRecordError):
    """What was given cannot be used."""

    code = "bad_input"
    exit_code = 2


class QuestionError(InputError):
    """A question, a filter or an option cannot be used."""

    code = "bad_question"


class FileError(InputError):
    """A file, or a line of it, cannot be read."""

    code = "bad_file"


class BusyError(OnRecordError):
    """More is asked at once than is answered at once."""

    code = "busy"


class ClosingError(OnRecordError):
    """The server is being stopped."""

    code = "closing"


class IndexUnusableError(OnRecordError):
    """The index cannot be used as it is."""

    code = "index_unusable"
    exit_code = 3


class IndexMissingError(IndexUnusableError):
    """Nothing has been published yet."""

    code = "index_missing"


class IndexDamagedError(IndexUnusableError):
    """A file of the index is missing, cut or changed."""

    code = "index_damaged"


class IndexMismatchError(IndexUnusableError):
    """The index was made by another embedder or in another format."""

    code = "index_mismatch"


class IndexBusyError(IndexUnusableError):
    """Another process is writing the index."""

    code = "index_busy"


class ModelError(OnRecordError):
    """The embedder or the language model cannot be used."""

    code = "model_unusable"
    exit_code = 3


class ModelMissingError(ModelError):
    """The model or the package that runs it is not installed."""

    code = "model_missing"


class ModelCrashedError(ModelError):
    """The model's process died or stopped answering."""

    code = "model_crashed"


class ModelBusyError(ModelError):
    """Too many questions wait for the model."""

    code = "model_busy"
