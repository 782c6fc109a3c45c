"""The USB cable between the guest and the device: USB/IP passed on, watched, and pulled on demand.

The messages are those of the kernel's Documentation/usb/usbip_protocol.rst; the commands of mass
storage are those of the Bulk-Only Transport specification 1.0 and of SBC-3.
"""

import socket
import struct
import threading
import time

SUBMIT, UNLINK, RETURN_SUBMIT, RETURN_UNLINK = 1, 2, 3, 4
HEADER = 48

START_STOP, PREVENT_ALLOW, WRITE_10, SYNCHRONIZE = 0x1B, 0x1E, 0x2A, 0x35


class Parser:
    """Splits a stream of bytes into messages, however it comes in pieces."""

    def __init__(self):
        self._buffer = bytearray()
        self._wanted = 8
        self._header = None

    def feed(self, data):
        """Takes bytes; yields (header, payload) of each message that is complete. The first
        message of a connection, which asks for the device, has the header None."""
        self._buffer += data
        while len(self._buffer) >= self._wanted:
            taken = bytes(self._buffer[:self._wanted])
            if self._header is None:
                size = self._payload_size(taken)
                if size is None:  # More is needed to tell.
                    continue
                if size == 0 or self._header is False:
                    header, self._header = self._header, None
                    del self._buffer[:self._wanted]
                    self._wanted = HEADER
                    yield (None, taken) if header is False else (taken, b"")
                else:
                    self._header = taken
                    del self._buffer[:self._wanted]
                    self._wanted = size
            else:
                header, self._header = self._header, None
                del self._buffer[:self._wanted]
                self._wanted = HEADER
                yield header, taken

    def _payload_size(self, head):
        raise NotImplementedError


class FromHost(Parser):
    """What the guest's kernel sends."""

    def _payload_size(self, head):
        if self._wanted == 8:  # OP_REQ_IMPORT: version, code, status, bus id.
            self._wanted = 40
            return None
        if self._wanted == 40:
            self._header = False
            return 0
        command, _, _, direction = struct.unpack_from(">4I", head)
        length = struct.unpack_from(">I", head, 24)[0]
        return length if command == SUBMIT and direction == 0 else 0


class FromDevice(Parser):
    """What the device answers; `inputs` says which requests get data back."""

    def __init__(self, inputs):
        super().__init__()
        self._inputs = inputs

    def _payload_size(self, head):
        if self._wanted == 8:  # OP_REP_IMPORT: the same, and a description if the status is 0.
            if struct.unpack_from(">I", head, 4)[0] == 0:
                self._wanted = 8 + 312
                return None
            self._header = False
            return 0
        if self._wanted == 8 + 312:
            self._header = False
            return 0
        command, number = struct.unpack_from(">2I", head)
        length = struct.unpack_from(">I", head, 24)[0]
        return length if command == RETURN_SUBMIT and number in self._inputs else 0


class ScsiWatch:
    """Puts the commands that change something together from the bulk transfers to the device:
    (name, first sector, sectors, data)."""

    def __init__(self):
        self.commands = []
        self._write = None

    def transfer(self, data):
        """One bulk transfer to the device."""
        if self._write is not None:
            first, count, missing, pieces = self._write
            pieces.append(data)
            missing -= len(data)
            self._write = (first, count, missing, pieces)
            if missing <= 0:
                self.commands.append(("write", first, count, b"".join(pieces)))
                self._write = None
            return
        if len(data) != 31 or data[:4] != b"USBC":
            return
        cdb = data[15:31]
        if cdb[0] == WRITE_10:
            first, count = struct.unpack_from(">I", cdb, 2)[0], struct.unpack_from(">H", cdb, 7)[0]
            self._write = (first, count, struct.unpack_from("<I", data, 8)[0], [])
        elif cdb[0] == START_STOP:
            self.commands.append(("start_stop", cdb[4], 0, b""))
        elif cdb[0] == PREVENT_ALLOW:
            self.commands.append(("prevent_allow", cdb[4], 0, b""))
        elif cdb[0] == SYNCHRONIZE:
            self.commands.append(("synchronize", 0, 0, b""))


class Cable:
    """Listens on `port` and passes each connection on to the device at `device_port`."""

    def __init__(self, device_port):
        self.device_port = device_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._sockets = []
        self._trip = None
        self.watch = None  # A ScsiWatch, if somebody wants one.
        self.report_times = None  # A list for the times of interrupt transfers with data.
        self.tripped = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._listener.close()
        self.pull()

    def pull(self):
        """Both ends see the connection end."""
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for end in sockets:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def trip_after(self, size, action):
        """Once `size` more bytes of bulk transfers were passed to the device, calls `action` and
        pulls."""
        with self._lock:
            self.tripped.clear()
            self._trip = (size, action)

    def cancel_trip(self):
        with self._lock:
            self._trip = None

    def _serve(self):
        while True:
            try:
                host, _ = self._listener.accept()
            except OSError:
                return
            try:
                device = socket.create_connection(("127.0.0.1", self.device_port), 5)
                device.settimeout(None)
            except OSError:
                host.close()
                continue
            for end in (host, device):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._sockets = [host, device]
            inputs = {}
            for work in (self._to_device, self._to_host):
                threading.Thread(target=work, args=(host, device, inputs), daemon=True).start()

    def _to_device(self, host, device, inputs):
        parser = FromHost()
        while data := receive(host):
            for header, payload in parser.feed(data):
                if header is None:
                    continue
                command, number, _, direction, endpoint = struct.unpack_from(">5I", header)
                if command == SUBMIT and direction == 1:
                    inputs[number] = endpoint
                if payload and endpoint != 0 and self.watch:
                    self.watch.transfer(payload)
                if payload and endpoint != 0:
                    data = self._check_trip(header, payload, data, device)
                    if data is None:
                        return
            if not send(device, data):
                break
        self.pull()

    def _check_trip(self, _header, payload, data, device):
        """What of `data` is to be passed on; None if that was the end."""
        with self._lock:
            if self._trip is None:
                return data
            left, action = self._trip
            left -= len(payload)
            if left > 0:
                self._trip = (left, action)
                return data
            self._trip = None
        # The cut falls within this transfer, at the byte that was asked for if it came as a whole.
        send(device, data[:max(0, len(data) + left)])
        action()
        self.pull()
        self.tripped.set()
        return None

    def _to_host(self, host, device, inputs):
        parser = FromDevice(inputs)
        while data := receive(device):
            times = self.report_times
            for header, payload in parser.feed(data):
                if header is None:
                    continue
                endpoint = inputs.pop(struct.unpack_from(">I", header, 4)[0], None)
                if times is not None and payload and endpoint in (1, 2):
                    times.append((time.monotonic(), endpoint, payload))
            if not send(host, data):
                break
        self.pull()


def receive(end):
    try:
        return end.recv(1 << 18)
    except OSError:
        return b""


def send(end, data):
    try:
        end.sendall(data)
        return True
    except OSError:
        return False
