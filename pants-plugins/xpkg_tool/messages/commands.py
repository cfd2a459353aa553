"""The commands with their requests and answers, for the backend. A process of the tool loads those
of its own command only (__main__.py)."""

from collections.abc import Mapping
from typing import Any, Union

from xpkg_tool.messages.build import AnalyseRequest, BuildAnswer, BuildRequest
from xpkg_tool.messages.deploy import DeployRequest
from xpkg_tool.messages.fetch import (
    FetchAnswer,
    FetchRequest,
    ReadFetchedAnswer,
    ReadFetchedRequest,
)
from xpkg_tool.messages.graph import GraphAnswer, GraphRequest
from xpkg_tool.messages.install import InstallAnswer, InstallRequest
from xpkg_tool.messages.lock import CheckLockAnswer, CheckLockRequest, LockAnswer, LockRequest
from xpkg_tool.messages.plan import PlanAnswer, PlanRequest
from xpkg_tool.messages.publish import PublishAnswer, PublishRequest
from xpkg_tool.messages.report import ReportRequest
from xpkg_tool.messages.repository import (
    MetasAnswer,
    MetasRequest,
    RepositoryAnswer,
    RepositoryRequest,
)
from xpkg_tool.messages.tailor import TailorAnswer, TailorRequest

Request = Union[
    AnalyseRequest,
    BuildRequest,
    ReportRequest,
    TailorRequest,
    MetasRequest,
    RepositoryRequest,
    GraphRequest,
    InstallRequest,
    DeployRequest,
    PlanRequest,
    PublishRequest,
    LockRequest,
    CheckLockRequest,
    FetchRequest,
    ReadFetchedRequest,
]
Answer = Union[
    BuildAnswer,
    TailorAnswer,
    MetasAnswer,
    RepositoryAnswer,
    GraphAnswer,
    InstallAnswer,
    PlanAnswer,
    PublishAnswer,
    LockAnswer,
    CheckLockAnswer,
    FetchAnswer,
    ReadFetchedAnswer,
]
# The requests by the names of their commands, and the answers by their requests.
REQUESTS: Mapping[str, type[Any]] = {
    "analyse": AnalyseRequest,
    "build": BuildRequest,
    "report": ReportRequest,
    "tailor": TailorRequest,
    "metas": MetasRequest,
    "repository": RepositoryRequest,
    "graph": GraphRequest,
    "install": InstallRequest,
    "deploy": DeployRequest,
    "plan": PlanRequest,
    "publish": PublishRequest,
    "lock": LockRequest,
    "check-lock": CheckLockRequest,
    "fetch": FetchRequest,
    "read-fetched": ReadFetchedRequest,
}
ANSWERS: Mapping[type[Any], type[Any]] = {
    BuildRequest: BuildAnswer,
    TailorRequest: TailorAnswer,
    MetasRequest: MetasAnswer,
    RepositoryRequest: RepositoryAnswer,
    GraphRequest: GraphAnswer,
    InstallRequest: InstallAnswer,
    PlanRequest: PlanAnswer,
    PublishRequest: PublishAnswer,
    LockRequest: LockAnswer,
    CheckLockRequest: CheckLockAnswer,
    FetchRequest: FetchAnswer,
    ReadFetchedRequest: ReadFetchedAnswer,
}


def command_of(request: Request) -> str:
    """The name of the command that takes the request."""
    return next(name for name, form in REQUESTS.items() if type(request) is form)
