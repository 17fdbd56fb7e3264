"""Who sees what, as a person would say it: the reference that the endpoints must equal.

Nothing here is shared with the product; it reads a `Description` alone.
"""

__all__ = ["Rules"]


class Rules:
    """What one person sees of a described world."""

    def __init__(self, described, person):
        self.world, self.person = described, person

    def group(self, number):
        return self.person.is_admin or number in self.person.in_groups

    def administers(self, number):
        own = number == self.person.id + 1000
        return self.person.is_admin or own or number in self.person.admin_of

    def stream(self, number):
        held = number in self.person.streams
        return self.person.is_admin or held

    def knows_stream(self, number):
        return self.stream(number) or self.world.streams[number]

    def filter(self, number):
        group, stream = self.world.filters[number]
        return self.group(group) and self.stream(stream)

    def candidates(self):
        """The objects with a candidate that the person sees."""
        return {obj for obj, number in self.world.passed if self.filter(number)}

    def filters_of(self, obj):
        return {n for name, n in self.world.passed if name == obj and self.filter(n)}

    def sources(self):
        """The objects that are saved to a group of the person."""
        return {obj for obj, group in self.world.saved if self.group(group)}

    def groups_of(self, obj):
        return {group for name, group in self.world.saved if name == obj and self.group(group)}

    def object(self, obj):
        """Something attached to it is open to the person."""
        measured = any(row[0] == obj and self.point(n) for n, row in self.world.points.items())
        return measured or obj in self.candidates() | self.sources()

    def point(self, number):
        """A point of photometry: a group or a stream is shared, or it is one's own."""
        _, groups, streams, owner = self.world.points[number]
        person = self.person
        shared = person.in_groups & set(groups) or set(person.streams) & set(streams)
        return person.is_admin or owner == person.id or bool(shared)

    def taxonomy(self, number):
        return any(self.group(each) for each in self.world.taxonomies[number])

    def classification(self, number):
        obj, taxonomy, groups, _ = self.world.classified[number]
        mine = any(self.group(each) for each in groups)
        return mine and self.taxonomy(taxonomy) and self.object(obj)

    def edits_classification(self, number):
        _, _, groups, author = self.world.classified[number]
        return author == self.person.id or any(self.administers(each) for each in groups)

    def said(self, row):
        """A comment or an annotation: object and one of its groups."""
        obj, groups, _ = row
        return self.object(obj) and any(self.group(each) for each in groups)

    def thumbnail(self, number):
        obj, stream = self.world.pictured[number]
        return self.object(obj) and (stream is None or self.stream(stream))

    def lacks(self, group):
        """Streams that the person would need for a group."""
        return set(self.world.groups.get(group, ())) - set(self.person.streams)
