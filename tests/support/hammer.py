"""Clients that ask without pause and remember every failure."""

import threading

from prodev import Client, Malformed


class Hammer:
    """Threads that send requests until `stop()`.

    A keep-alive thread stays on one connection for as long as the server keeps it, and connects
    again after `Connection: close`; the others take a new connection for each request. `problems`
    lists every request whose whole, right answer did not come.
    """

    def __init__(self, port, body, keep_alive=4, one_shot=4, target="/a.txt", tls=None):
        self.problems = []
        self.served = 0
        self._port, self._body, self._target, self._tls = port, body, target, tls
        self._connects = True
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(kept,), daemon=True)
                         for kept in [True] * keep_alive + [False] * one_shot]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def do_not_return(self):
        """From now on a thread whose connection the server has ended connects no more."""
        self._connects = False

    def wait(self):
        """Until every thread has ended by itself; after do_not_return()."""
        for thread in self._threads:
            thread.join()

    def _run(self, kept):
        while self._connects and not self._stop.is_set():
            try:
                client = Client(self._port, tls=self._tls)
            except OSError as error:
                self._report(f"connect: {error!r}")
                return
            with client:
                self._ask(client, kept)

    def _ask(self, client, kept):
        """Requests on one connection, until it ends."""
        first = True
        while first or (kept and not self._stop.is_set()):
            first = False
            try:
                response = client.get(self._target)
            except (AssertionError, OSError, Malformed) as error:
                self._report(repr(error))
                return
            if response.status != 200 or response.body != self._body:
                self._report(repr(response))
            with self._lock:
                self.served += 1
            if response.closes():
                return

    def _report(self, text):
        with self._lock:
            self.problems.append(text)
