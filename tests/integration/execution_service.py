"""A small Execution service of the Remote Execution API, with its worker. Runs where BuildGrid is.

    python execution_service.py ADDRESS STORE ROOT

It listens on ADDRESS (host:port) and keeps inputs, outputs and results in the BuildGrid at STORE.
Each action runs in a folder of its own below ROOT, with the environment that the action names and
the worker's own for what it leaves open. ROOT/record.jsonl tells, a line each, what was run.

(BuildGrid has an Execution service too, but that wants a database, and a worker from elsewhere.)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator

import grpc
from buildgrid._protos.build.bazel.remote.execution.v2 import remote_execution_pb2 as api
from buildgrid._protos.build.bazel.remote.execution.v2 import remote_execution_pb2_grpc as rpc
from buildgrid._protos.google.longrunning.operations_pb2 import Operation
from buildgrid.server.client.cas import Downloader, Uploader

# What a process has where the action says nothing.
WORKER_ENVIRONMENT = {
    "HOME": "/nonexistent",
    "LANG": "POSIX",
    "PATH": "/bin",
    "TZ": "Pacific/Chatham",
    "WORKER": "yes",
}


class Worker:
    """Runs actions, several at a time, and notes them."""

    def __init__(self, store: grpc.Channel, root: Path) -> None:
        self._store = store
        self._root = root
        self._lock = threading.Lock()
        self._actions = 0

    def run(self, action_digest: api.Digest) -> api.ActionResult:
        with self._lock:
            self._actions += 1
            folder = self._root / f"action-{self._actions}"
        download = Downloader(self._store)
        action = download.get_message(action_digest, api.Action())
        command = download.get_message(action.command_digest, api.Command())
        _materialize(download, action.input_root_digest, folder)
        download.close()
        working = folder / command.working_directory
        outputs = [*command.output_paths, *command.output_files, *command.output_directories]
        for output in outputs:
            (working / output).parent.mkdir(parents=True, exist_ok=True)
        environment = {v.name: v.value for v in command.environment_variables}
        done = subprocess.run(
            list(command.arguments),
            cwd=working,
            env={**WORKER_ENVIRONMENT, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=300,
        )
        line = {
            "arguments": list(command.arguments),
            "environment": environment,
            "folder": str(folder),
            "exit_code": done.returncode,
        }
        with self._lock, (self._root / "record.jsonl").open("a") as record:
            record.write(json.dumps(line) + "\n")
        return self._result(working, outputs, done)

    def _result(
        self, working: Path, outputs: list[str], done: subprocess.CompletedProcess[bytes]
    ) -> api.ActionResult:
        upload = Uploader(self._store)
        result = api.ActionResult(
            exit_code=done.returncode,
            stdout_raw=done.stdout,
            stderr_raw=done.stderr,
        )
        for output in outputs:
            path = working / output
            if path.is_dir():
                tree = upload.upload_tree(str(path))
                result.output_directories.add(path=output, tree_digest=tree)
            elif path.is_file():
                result.output_files.add(
                    path=output,
                    digest=upload.upload_file(str(path)),
                    is_executable=os.access(path, os.X_OK),
                )
        upload.close()
        return result


def _materialize(download: Downloader, digest: api.Digest, folder: Path) -> None:
    """Writes the files of a Directory. Nobody stores what is empty, so nobody is asked for it."""
    folder.mkdir()
    directory = download.get_message(digest, api.Directory()) if digest.size_bytes else None
    if directory is None:
        return
    for file in directory.files:
        path = folder / file.name
        if file.digest.size_bytes:
            download.download_file(file.digest, str(path), is_executable=file.is_executable)
        else:
            path.touch()
    for link in directory.symlinks:
        (folder / link.name).symlink_to(link.target)
    for child in directory.directories:
        _materialize(download, child.digest, folder / child.name)


class Execution(rpc.ExecutionServicer):  # type: ignore[misc]
    def __init__(self, store: grpc.Channel, worker: Worker) -> None:
        self._results = rpc.ActionCacheStub(store)
        self._worker = worker

    def Execute(  # noqa: N802
        self, request: api.ExecuteRequest, context: grpc.ServicerContext
    ) -> Iterator[Operation]:
        result = self._worker.run(request.action_digest)
        if result.exit_code == 0:
            self._results.UpdateActionResult(
                api.UpdateActionResultRequest(
                    action_digest=request.action_digest, action_result=result
                )
            )
        operation = Operation(name=request.action_digest.hash, done=True)
        operation.response.Pack(api.ExecuteResponse(result=result))
        yield operation


class Capabilities(rpc.CapabilitiesServicer):  # type: ignore[misc]
    def GetCapabilities(  # noqa: N802
        self, request: api.GetCapabilitiesRequest, context: grpc.ServicerContext
    ) -> api.ServerCapabilities:
        sha256 = api.DigestFunction.SHA256
        return api.ServerCapabilities(
            cache_capabilities=api.CacheCapabilities(digest_functions=[sha256]),
            execution_capabilities=api.ExecutionCapabilities(
                digest_function=sha256, exec_enabled=True
            ),
        )


def main(address: str, store_address: str, root: str) -> None:
    # BuildGrid's client asks for batches that may be a little longer than gRPC's limit.
    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    store = grpc.insecure_channel(store_address, options=unlimited)
    server = grpc.server(ThreadPoolExecutor(8))
    worker = Worker(store, Path(root))
    rpc.add_ExecutionServicer_to_server(Execution(store, worker), server)
    rpc.add_CapabilitiesServicer_to_server(Capabilities(), server)
    server.add_insecure_port(address)
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main(*sys.argv[1:])
