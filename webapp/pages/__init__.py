"""The pages that people look at."""

from webapp.pages import candidates, session

__all__ = ["blueprints"]

blueprints = (session.blueprint, candidates.blueprint)
