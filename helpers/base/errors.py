"""What goes wrong, said so that a user can act: what, where, and the way out."""


class ProjectError(Exception):
    """Base of every error that a user can mend; shown without a traceback.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    where : str, optional
        File, row, parameter or address the problem sits in.
    way_out : str, optional
        What to do next: a command to type, a page to visit, a value to use.

    Examples
    --------
    >>> print(ProjectError("no pictures", where="data/x", way_out="run `sample`"))
    no pictures [data/x] -> run `sample`
    """

    def __init__(self, what: str, where: str = "", way_out: str = "") -> None:
        self.what, self.where, self.way_out = what, where, way_out
        super().__init__(what, where, way_out)

    def __str__(self) -> str:
        text = f"{self.what} [{self.where}]" if self.where else self.what
        return f"{text} -> {self.way_out}" if self.way_out else text


class DataMissingError(ProjectError):
    """A data set, folder or file that is needed is not there."""


class TableError(ProjectError):
    """A table cannot be read or breaks its schema; `where` names file and line."""


class PictureError(ProjectError):
    """A picture cannot be decoded; `what` begins with the kind of fault and a colon."""

    @property
    def kind(self) -> str:
        """The kind of fault, for tables: ``"truncated"``, ``"not a picture"``, ..."""
        return self.what.partition(":")[0]


class ParameterError(ProjectError):
    """A parameter, notebook or profile is unknown, or a value does not fit."""


class ArtefactMissingError(ProjectError):
    """A file that an earlier notebook writes is not there."""


class ArtefactDamagedError(ProjectError):
    """A file is not what its header or manifest says; it is never used."""


class UnsafePathError(ProjectError):
    """A name from outside would lead out of its folder."""


class AddressRefusedError(ProjectError):
    """An address that must not be fetched: scheme, credentials, private host."""


class RunLockedError(ProjectError):
    """Another run is at work in the same folder."""


class DiskError(ProjectError):
    """The disk is full or cannot be written to."""


class TrainingError(ProjectError):
    """A training cannot go on: a loss that is no number, or too little memory."""
