# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of your own with pytest: the board is a fixture, tests are a table of masters."""

import pytest
from svplib.board import Board
from svplib.test_port import port_read, port_write, read_cells, write_cells

VAULT = 0xC8000000  # the heap for secrets
SECRET = b"nobody may read this"


@pytest.fixture(scope="module")
def board():
    with Board(policy="strict", cpus=1, name="example") as machine:
        machine.wait_shell()
        yield machine


@pytest.mark.parametrize("master", ["a53", "usdhc1", "vpu", "gpu", "enet-rx"])
def test_nobody_reads_the_vault(board, master):
    write_cells(board.qmp, VAULT, SECRET)
    assert port_read(board.qmp, master, VAULT, len(SECRET))[1] == bytes(len(SECRET))


@pytest.mark.parametrize("master", ["a53", "usdhc1", "vpu", "gpu", "enet-rx"])
def test_nobody_writes_the_vault(board, master):
    write_cells(board.qmp, VAULT, SECRET)
    port_write(board.qmp, master, VAULT, b"overwritten")
    assert read_cells(board.qmp, VAULT, len(SECRET)) == SECRET


def test_kernel_has_no_errors(board):
    assert "Oops" not in board.command("dmesg", check=True).output
