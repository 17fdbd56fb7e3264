"""The pages that people look at."""

from webapp.pages import api_docs, candidates, session

__all__ = ["blueprints"]

blueprints = (session.blueprint, candidates.blueprint, api_docs.blueprint)
