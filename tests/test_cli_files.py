"""`dragoman convert` and what it writes to: disks that are full, files that are open, signals, memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dragoman.cli import files
from dragoman.cli.convert import Options
from tests.test_cli import CHAT, COMMAND, DEMO, ENV, TO_ANTHROPIC, Ran, convert, in_memory, jsonl


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    missing = tmp_path / "no" / "out.jsonl"
    ran = convert(DEMO, *TO_ANTHROPIC, "-o", missing)
    assert ran.status == 1
    assert ran.err.splitlines()[-1] == f"dragoman: {missing}: No such file or directory"
    losses = tmp_path / "no" / "losses.jsonl"
    assert convert(DEMO, *TO_ANTHROPIC, "-o", tmp_path / "out", "--losses", losses).status == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error_and_a_device_is_not_replaced(tmp_path: Path) -> None:
    ran = convert(DEMO, *TO_ANTHROPIC, "-o", "/dev/full")
    assert ran.status == 1
    assert ran.err.splitlines()[-1] == "dragoman: /dev/full: No space left on device"
    assert not Path("/dev/full").is_file()
    out = tmp_path / "out.jsonl"
    ran = convert(DEMO, *TO_ANTHROPIC, "-o", out, "--losses", "/dev/full")
    assert ran.status == 1
    assert ran.err.splitlines()[-1] == "dragoman: /dev/full: No space left on device"
    assert not out.exists(), "nothing is there before everything is written"
    with open("/dev/full", "wb") as full:
        ran = convert(DEMO, *TO_ANTHROPIC, stdout=full)
    assert ran.status == 1
    assert ran.err.splitlines()[-1] == "dragoman: stdout: No space left on device"


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are posix")
def test_a_file_that_may_not_grow_leaves_nothing(tmp_path: Path) -> None:
    import resource

    log = tmp_path / "log.jsonl"
    log.write_bytes(jsonl(*[CHAT] * 1000))
    out = tmp_path / "out.jsonl"
    command = [*COMMAND, "convert", str(log), "--from", "openai-chat", *TO_ANTHROPIC, "-o", str(out)]
    done = subprocess.run(
        command,
        capture_output=True,
        env=ENV,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )
    ran = Ran(done)
    assert ran.status == 1
    assert ran.err.splitlines()[-1] == f"dragoman: {out}: File too large"
    assert list(tmp_path.iterdir()) == [log]


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs /dev/fd")
def test_an_open_file_is_written_where_it_stands(tmp_path: Path) -> None:
    """`>> log` and `--losses /dev/stderr 2> log`: the file is the shell's, and is not replaced."""
    log = tmp_path / "log"
    log.write_bytes(b"before\n")
    with open(log, "ab") as file:
        ran = convert(*TO_ANTHROPIC, "--from", "openai-chat", "-o", "/dev/stdout", stdin=jsonl(CHAT), stdout=file)
    assert ran.status == 0
    before, line = log.read_bytes().splitlines()
    assert (before, json.loads(line)["max_tokens"]) == (b"before", 4096)
    ran = convert(*TO_ANTHROPIC, "--from", "openai-chat", "--losses", "/dev/stderr", stdin=jsonl(CHAT))
    assert ran.status == 0
    rows = [json.loads(line) for line in ran.err.splitlines() if line.startswith("{")]
    assert "/seed" in [row["at"] for row in rows]
    assert "1 record: 1 converted, 0 failed" in ran.err


@pytest.mark.skipif(os.name != "posix", reason="a shell's redirections")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_what_is_closed_from_the_start(closed: str, tmp_path: Path) -> None:
    """As a daemon runs its children."""
    out = tmp_path / "out.jsonl"
    for source in (str(DEMO), "-"):
        for extra in ((), ("-o", str(out))):
            command = [*COMMAND, "convert", source, *TO_ANTHROPIC, *extra]
            shell = ["sh", "-c", f'exec "$@" {closed}', "sh", *command]
            ran = Ran(subprocess.run(shell, input=DEMO.read_bytes(), capture_output=True, env=ENV, check=False))
            assert ran.status == 1, "one line of the log is broken on purpose"
            name = {("<&-", "-"): "stdin", (">&-", ()): "stdout"}
            needed = name.get((closed, source)) or name.get((closed, extra))
            if needed:
                assert ran.err.splitlines()[-1] == f"dragoman: {needed}: Bad file descriptor"
            else:
                assert len((out.read_bytes() if extra else ran.out).splitlines()) == 8


def test_an_existing_file_is_replaced_whole_with_its_mode(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_bytes(b"x" * 100_000)
    out.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to(out)
    assert convert("--from", "openai-chat", *TO_ANTHROPIC, "-o", link, stdin=jsonl(CHAT)).status == 0
    assert len(out.read_bytes().splitlines()) == 1
    assert out.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()


def test_the_input_may_be_the_output(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(jsonl(*[CHAT] * 1000))
    assert convert(log, "--from", "openai-chat", *TO_ANTHROPIC, "-o", log).status == 0
    assert len(log.read_bytes().splitlines()) == 1000


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A run in the middle of its work: some output is in its temporary file, more input may come."""
    out = tmp_path / "out.jsonl"
    out.write_bytes(b"as it was\n")
    command = [*COMMAND, "convert", "-", "--from", "openai-chat", *TO_ANTHROPIC, "-o", str(out)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENV) as process:
        assert process.stdin is not None
        process.stdin.write(jsonl(*[CHAT] * 5000))
        process.stdin.flush()
        while not any(p.stat().st_size for p in tmp_path.iterdir() if p != out):
            assert process.poll() is None  # it waits for more input
            time.sleep(0.02)
        yield process, out
        process.kill()


def test_kill_9_leaves_the_old_output(running: tuple[subprocess.Popen[bytes], Path]) -> None:
    process, out = running
    process.kill()
    process.wait(60)
    assert out.read_bytes() == b"as it was\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_other_signals_leave_no_temporary_file(
    running: tuple[subprocess.Popen[bytes], Path], number: signal.Signals
) -> None:
    process, out = running
    process.send_signal(number)
    assert process.wait(60) == 128 + number
    assert out.read_bytes() == b"as it was\n"
    assert list(out.parent.iterdir()) == [out]


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(jsonl(*[CHAT] * 20_000))
    command = [
        *COMMAND,
        "convert",
        str(log),
        "--from",
        "openai-chat",
        *TO_ANTHROPIC,
        "--losses",
        str(tmp_path / "l"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"{")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1
    assert list(tmp_path.iterdir()) == [log]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_memory_does_not_grow_with_the_log(tmp_path: Path) -> None:
    # Not getrusage: what it tells of a child includes the memory of the parent it was forked from.
    code = (
        "import re, sys; from dragoman.cli import main\n"
        "try: main()\n"
        "finally: sys.stderr.write(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
    )
    record = jsonl({**CHAT, "messages": [{"role": "user", "content": "x" * 30_000}]})
    peaks = []
    for size in (20, 2000):
        log = tmp_path / f"{size}.jsonl"
        log.write_bytes(record * size)
        arguments = ["convert", str(log), "--from", "openai-chat", *TO_ANTHROPIC, "-o", str(tmp_path / "out")]
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, env=ENV, check=True)
        peaks.append(int(done.stderr.split()[-1]))
    assert peaks[1] - peaks[0] < 10_000, "kB, where 60 MB were read"


def test_a_line_without_end_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "MAX_LINE", 1000)
    for number in (0, 1, 3):
        lines = [jsonl(CHAT)] * 5
        lines[number] = b'{"x":"' + b"x" * 3_000_000 + b'"}\n'
        path = tmp_path / "log"
        path.write_bytes(b"".join(lines))
        source = files.Input(str(path))
        assert source.form() == "lines"
        assert [line is None for _, line in source.lines()] == [i == number for i in range(5)]
        source.close()
    path.write_bytes(b'{\n"a":\n"' + b"x" * 2000 + b'"}')
    source = files.Input(str(path))
    assert source.form() == "document"
    assert source.whole() is None
    source.close()
    out, _ = in_memory(Options("openai-chat"), None)
    assert "longer than" in out[0]["error"]["message"]


def quietly(stderr: int, log: bytes, out: Path) -> int:
    """Convert with a stderr that takes nothing; the exit status."""
    command = [*COMMAND, "convert", *TO_ANTHROPIC, "-o", str(out)]
    done = subprocess.run(command, input=log, stdout=subprocess.PIPE, stderr=stderr, env=ENV, timeout=120, check=False)
    assert done.stdout == b""
    assert [path.name for path in out.parent.iterdir()] == [out.name]
    return done.returncode


GOOD = jsonl(CHAT, CHAT)
BAD = jsonl(CHAT, {"dialect": "nope"}, CHAT)


@pytest.mark.parametrize(("log", "status"), [(GOOD, 0), (BAD, 1)])
def test_a_reader_of_the_messages_who_has_gone_costs_nothing(log: bytes, status: int, tmp_path: Path) -> None:
    """`2>&1 | head -1`: whoever has read enough of the messages still wants the file."""
    read, write = os.pipe()
    os.close(read)
    try:
        assert quietly(write, log, tmp_path / "out") == status
    finally:
        os.close(write)
    lines = [json.loads(line) for line in (tmp_path / "out").read_bytes().splitlines()]
    assert ["error" in line for line in lines] == [b"nope" in line for line in log.splitlines()]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("log", [GOOD, BAD])
def test_messages_that_find_no_room_cost_the_status_and_not_the_output(log: bytes, tmp_path: Path) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        assert quietly(full, log, tmp_path / "out") == 1
    finally:
        os.close(full)
    assert len((tmp_path / "out").read_bytes().splitlines()) == len(log.splitlines())
