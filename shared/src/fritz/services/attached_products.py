"""Everything that hangs on an object, and whom each is open to: what access is explained by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fritz.marshal.annotation import Annotation
from fritz.marshal.classification import Classification
from fritz.marshal.comment import Comment
from fritz.marshal.source import Source
from fritz.marshal.spectrum import Spectrum
from fritz.marshal.tag import ObjTag
from fritz.marshal.taxonomy import Taxonomy
from fritz.marshal.thumbnail import Thumbnail
from fritz.marshal.visibility import all_of, candidate_principals, of_group, open_to
from fritz.ports import DocumentStore, Query, Where
from fritz.services.candidates import CandidateStore
from fritz.services.explaining import Product, Products
from fritz.services.filters_store import FilterStore
from fritz.services.photometry_store import PhotometryStore

__all__ = ["attached_products"]


def attached_products(documents: DocumentStore) -> tuple[Products, ...]:
    """Return a reader for each kind of row that hangs on objects."""

    def candidates(obj_id: str) -> list[Product]:
        found = {
            (each.filter_id, each.group_id, each.stream_id)
            for each in CandidateStore(documents).of_object(obj_id)
        }
        filters = FilterStore(documents).get_many({filter_id for filter_id, _, _ in found})
        names = {each.id: f" ({each.name})" for each in filters}
        return [
            Product(
                "candidate",
                f"filter {filter_id}{names.get(filter_id, '')}",
                candidate_principals(group_id, stream_id),
            )
            for filter_id, group_id, stream_id in sorted(found)
        ]

    def photometry(obj_id: str) -> list[Product]:
        head = PhotometryStore(documents).heads([obj_id]).get(obj_id)
        sets = [] if head is None else list(head.sets.values())
        counts = {each.principals: sum(chunk.count for chunk in each.chunks) for each in sets}
        return [
            Product("photometry", f"{count} points", principals)
            for principals, count in sorted(counts.items())
            if count
        ]

    def classifications(obj_id: str) -> list[Product]:
        rows = documents.query(_of("classifications", obj_id))
        found = [Classification.from_fields(row.data) for row in rows]
        trees = documents.get_many("taxonomies", {str(each.taxonomy_id) for each in found})
        return [
            _classified(each, Taxonomy.from_fields(trees[str(each.taxonomy_id)].data))
            for each in sorted(found, key=lambda one: one.id)
            if str(each.taxonomy_id) in trees
        ]

    return (
        candidates,
        _reader(documents, "sources", _saved),
        photometry,
        _reader(documents, "spectra", _dispersed),
        _reader(documents, "comments", _said),
        _reader(documents, "annotations", _annotated),
        _reader(documents, "thumbnails", _pictured),
        _reader(documents, "obj_tags", _tagged),
        classifications,
    )


def _reader(
    documents: DocumentStore, collection: str, product: Callable[[Any], Product | None]
) -> Products:
    """Return a reader of a collection whose rows name their object."""

    def read(obj_id: str) -> list[Product]:
        made = (product(row.data) for row in documents.query(_of(collection, obj_id)))
        return sorted((each for each in made if each is not None), key=lambda each: each.name)

    return read


def _of(collection: str, obj_id: str) -> Query:
    return Query(collection, (Where("obj_id", "==", obj_id),))


def _saved(fields: Any) -> Product | None:
    source = Source.from_fields(fields)
    if not source.active:
        return None
    name = f"saved to group {source.group_id}"
    return Product("source", name, (of_group(source.group_id),))


def _said(fields: Any) -> Product:
    comment = Comment.from_fields(fields)
    whom = open_to(comment.group_ids)
    name = f"{comment.id} of {comment.created_at:%Y-%m-%d}"
    return Product("comment", name, whom, attaches=False)


def _dispersed(fields: Any) -> Product:
    spectrum = Spectrum.from_fields(fields)
    name = f"{spectrum.id} of {spectrum.observed_at:%Y-%m-%d}"
    return Product("spectrum", name, open_to(spectrum.group_ids), attaches=False)


def _annotated(fields: Any) -> Product:
    found = Annotation.from_fields(fields)
    return Product("annotation", f"{found.id}: {found.origin}", found.principals, attaches=False)


def _pictured(fields: Any) -> Product:
    found = Thumbnail.from_fields(fields)
    return Product("thumbnail", f"{found.id}: {found.type}", found.principals, attaches=False)


def _tagged(fields: Any) -> Product:
    found = ObjTag.from_fields(fields)
    name = f"{found.id}: tag {found.option_id}"
    return Product("tag", name, open_to(found.group_ids), attaches=False)


def _classified(each: Classification, taxonomy: Taxonomy) -> Product:
    """Return a classification, for who is in one of its groups and in one of its taxonomy's."""
    whom = {
        of_group(own) if own == tree else all_of(of_group(own), of_group(tree))
        for own in each.group_ids
        for tree in taxonomy.group_ids
    }
    name = f"{each.id}: {each.classification}"
    return Product("classification", name, tuple(sorted(whom)), attaches=False)
