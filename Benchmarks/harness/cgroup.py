# SPDX-License-Identifier: Apache-2.0
"""A share of a core for a process, by a cgroup of either version."""

from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PERIOD = 40_000


class CPUShare:
    """Use with `with`; processes in it may use `share` of a core. The kernel grants at least a millisecond a period."""

    def __init__(self, name, share):
        self.folder = CPUShare.parent() / name
        self.quota = max(1000, round(share * PERIOD))

    @staticmethod
    def parent():
        """Where a group can be made; `None` when nowhere."""
        if (ROOT / "cpu/cpu.cfs_quota_us").exists() or (ROOT / "cpu/tasks").exists():
            return ROOT / "cpu"
        granted = ROOT / "cgroup.subtree_control"
        return ROOT if granted.exists() and "cpu" in granted.read_text().split() else None

    @staticmethod
    def is_possible():
        parent = CPUShare.parent()
        if parent is None:
            return False
        probe = parent / "skein-probe"
        try:
            probe.mkdir()
            probe.rmdir()
        except OSError:
            return False
        return True

    def hold(self, process):
        (self.folder / "cgroup.procs").write_text(str(process))

    def __enter__(self):
        self.folder.mkdir()
        if (self.folder / "cpu.max").exists():
            (self.folder / "cpu.max").write_text(f"{self.quota} {PERIOD}")
        else:
            (self.folder / "cpu.cfs_period_us").write_text(str(PERIOD))
            (self.folder / "cpu.cfs_quota_us").write_text(str(self.quota))
        return self

    def __exit__(self, *_):
        # A group has to be empty to go.
        for process in (self.folder / "cgroup.procs").read_text().split():
            (self.folder.parent / "cgroup.procs").write_text(process)
        self.folder.rmdir()
