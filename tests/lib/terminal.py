# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/terminal.py - a program on a terminal of its own, typed at and read from."""
import os
import pty
import select
import subprocess
import time


class Terminal:
    """with Terminal("lodge", "console", "x") as t: t.type("ls\\n"); t.expect("bin")"""

    def __init__(self, *argv, size=(24, 80), env=None):
        import fcntl
        import struct
        import termios
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[0], size[1], 0, 0))

        def session():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen([str(a) for a in argv], stdin=slave, stdout=slave, stderr=slave, preexec_fn=session, close_fds=True,
                                        env={**os.environ, **env} if env else None)
        os.close(slave)
        self.seen = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def type(self, text):
        os.write(self.master, text.encode() if isinstance(text, str) else text)

    def _read(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return None
        try:
            return os.read(self.master, 1 << 16)
        except OSError:  # the other side is gone
            return b""

    def expect(self, text, seconds=10):
        """Read until @text has come; what came before and with it. Later calls go on behind it."""
        wanted = text.encode() if isinstance(text, str) else text
        deadline = time.monotonic() + seconds
        while wanted not in self.seen:
            left = deadline - time.monotonic()
            got = self._read(left) if left > 0 else None
            if not got:
                raise AssertionError(f"{text!r} did not come; seen: {self.seen[-2000:]!r}")
            self.seen += got
        at = self.seen.index(wanted) + len(wanted)
        found, self.seen = self.seen[:at], self.seen[at:]
        return found.decode(errors="replace")

    def end(self, seconds=10):
        """Read to the end; the exit status of the program."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"the program did not end; seen: {self.seen[-2000:]!r}")
            got = self._read(min(left, 0.2))
            if got:
                self.seen += got
            elif self.process.poll() is not None:
                return self.process.returncode

    def resize(self, rows, cols):
        import fcntl
        import struct
        import termios
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        try:
            os.close(self.master)
        except OSError:
            pass
