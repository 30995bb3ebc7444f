# SPDX-License-Identifier: MIT
"""The few words of QEMU's monitor protocol that tools/vm needs: events, dump, quit."""
import json
import os
import socket


class Monitor:
    def __init__(self, path, process):
        self.path, self.process, self.sock, self.buf, self.events = path, process, None, b"", []

    def files(self):
        """What to wait on; connects as soon as QEMU has made its socket."""
        if self.sock is None and os.path.exists(self.path):
            s = socket.socket(socket.AF_UNIX)
            try:
                s.connect(self.path)
            except OSError:
                return []
            self.sock = s
            self._send("qmp_capabilities")
        return [self.sock] if self.sock else []

    def _send(self, command, **arguments):
        self.sock.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())

    def _read(self, block):
        """One message, or None when there is none (or QEMU is gone)."""
        while self.sock:
            line, nl, rest = self.buf.partition(b"\n")
            if nl:
                self.buf = rest
                return json.loads(line)
            self.sock.setblocking(block)
            try:
                data = self.sock.recv(65536)
            except BlockingIOError:
                return None
            except OSError:
                data = b""
            finally:
                if self.sock:
                    self.sock.setblocking(True)
            if not data:
                self.sock.close()
                self.sock = None
            self.buf += data
        return None

    def poll(self):
        """Names of the events that have come."""
        while True:
            m = self._read(False)
            if m is None:
                break
            if "event" in m:
                self.events.append(m["event"])
        out, self.events = self.events, []
        return out

    def dump(self, path):
        """Save the guest's memory as an ELF core."""
        self._send("dump-guest-memory", paging=False, protocol="file:" + path)
        while True:
            m = self._read(True)
            if m is None or "return" in m:
                return
            if "error" in m:
                raise SystemExit("vm: dump failed: " + m["error"]["desc"])

    def quit(self):
        self._send("quit")
