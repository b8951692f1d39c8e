"""What a person can want of the offline assistant."""

from enum import Enum, auto


class Intent(Enum):
    HELP = auto()
    THANKS = auto()
    YES = auto()
    UNDO = auto()
    REDO = auto()
    RESTORE = auto()
    CHANGES = auto()
    OVERVIEW = auto()
    LIST = auto()
    FIND = auto()
    ADD = auto()
    NOTE = auto()
    NO_NOTE = auto()
    LABEL = auto()
    NO_LABEL = auto()
    PRIORITY = auto()
    NO_PRIORITY = auto()
    NO_DATE = auto()
    NO_REPEAT = auto()
    MOVE = auto()
    RENAME = auto()
    CHANGE = auto()
    COMPLETE = auto()
    REOPEN = auto()
    DELETE = auto()
    UNKNOWN = auto()
