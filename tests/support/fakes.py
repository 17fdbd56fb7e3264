"""Ports kept in memory, for tests of services."""

import io
from collections import defaultdict

from fritz.alerts.history import History
from fritz.errors import NotFound, Transient
from fritz.ports import Backlog
from fritz.services.histories import Stored

__all__ = [
    "FailingOnce",
    "MemoryBus",
    "MemoryObjects",
    "MemoryWarehouse",
    "NoHistories",
    "UnwrittenPublications",
]


class MemoryObjects:
    """An object store in a dictionary."""

    def __init__(self):
        self.objects = {}

    def create(self, key, data):
        return self.objects.setdefault(key, data) is data

    def get(self, key):
        if key not in self.objects:
            raise NotFound(f"no object {key}")
        return self.objects[key]

    def get_range(self, key, offset, length):
        return io.BytesIO(self.get(key)[offset:]).read(length)

    def get_ranges(self, extents):
        return [self.get_range(each.key, each.offset, each.length) for each in extents]

    def exists(self, key):
        return key in self.objects

    def list(self, prefix):
        return iter(sorted(key for key in self.objects if key.startswith(prefix)))

    def delete(self, key):
        self.objects.pop(key, None)


class MemoryBus:
    """A bus that remembers what was published and delivers nothing."""

    def __init__(self):
        self.published = defaultdict(list)

    def create_topic(self, topic):
        self.published[topic]

    def subscribe(self, subscription):
        pass

    def publish(self, topic, messages):
        self.published[topic] += messages
        return [str(n) for n in range(len(messages))]

    def backlog(self, subscription):
        return Backlog(0, None)

    def close(self):
        pass


class MemoryWarehouse:
    """Tables as lists of rows; it runs no statements."""

    def __init__(self):
        self.tables = defaultdict(list)

    def append(self, table, rows):
        self.tables[table] += rows

    def close(self):
        pass


class UnwrittenPublications:
    """Takes note of what is published and forgets it."""

    def note(self, packets):
        list(packets)


class FailingOnce:
    """A port whose named method fails the first time with `Transient`, then works."""

    def __init__(self, port, method):
        self._port = port
        self._method = method
        self.failed = False

    def __getattr__(self, name):
        if name == self._method and not self.failed:
            self.failed = True
            return self._fail
        return getattr(self._port, name)

    @staticmethod
    def _fail(*_args):
        raise Transient("not just now")


class NoHistories:
    """Histories of objects of which nothing is known."""

    def load(self, object_ids):
        return {name: Stored(History.empty("ztf", name), version=None) for name in object_ids}

    def load_visible(self, object_ids, programids):
        return {}
