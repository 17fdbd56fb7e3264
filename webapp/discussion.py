"""The use cases of talking about objects, wired together: comments, annotations, pictures, news."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fritz.marshal.subject import SubjectKind
from fritz.ports import Bus, DocumentStore, ObjectStore
from fritz.services.access import Access
from fritz.services.annotating import Annotating
from fritz.services.annotations import AnnotationStore
from fritz.services.comments import Comments
from fritz.services.events import Events
from fritz.services.groups import GroupStore, UserStore
from fritz.services.mentions import Mentions
from fritz.services.notifications import Notifications
from fritz.services.objects import ObjStore
from fritz.services.source_notifying import SourceNotifying
from fritz.services.sources import SourceStore
from fritz.services.subjects import Owner, Subjects
from fritz.services.thumbnails import Thumbnails

__all__ = ["DiscussionCases"]


@dataclass(frozen=True, slots=True)
class DiscussionCases:
    """What is said and shown of objects."""

    comments: Comments
    annotating: Annotating
    thumbnails: Thumbnails
    notifications: Notifications
    notifying: SourceNotifying
    events: Events

    @classmethod
    def on(
        cls,
        documents: DocumentStore,
        files: ObjectStore,
        bus: Bus,
        access: Access,
        owners: Mapping[SubjectKind, Owner],
    ) -> DiscussionCases:
        """Return the use cases on a platform.

        Parameters
        ----------
        owners : finds the objects of spectra and points, which one may speak about, too.
        """
        objects, groups, users = ObjStore(documents), GroupStore(documents), UserStore(documents)
        subjects = Subjects(objects, owners)
        events, notifications = Events(documents, bus, objects), Notifications(documents)
        return cls(
            comments=Comments(
                documents,
                files,
                subjects,
                groups,
                Mentions(users, access.viewer_of, subjects, notifications),
                events,
            ),
            annotating=Annotating(AnnotationStore(documents), subjects, groups, events),
            thumbnails=Thumbnails(documents, files, objects),
            notifications=notifications,
            notifying=SourceNotifying(users, SourceStore(documents), notifications, events),
            events=events,
        )
