"""BigQuery as another account, which this program's own may become."""

from __future__ import annotations

import google.auth
from google.auth import impersonated_credentials
from google.cloud import bigquery

__all__ = ["client_as"]

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
LIFETIME_S = 3600


def client_as(account: str, project: str) -> bigquery.Client:
    """Return a client that queries as a service account; its tokens are renewed as they expire."""
    own, _ = google.auth.default(scopes=[SCOPE])
    credentials = impersonated_credentials.Credentials(
        source_credentials=own,
        target_principal=account,
        target_scopes=[SCOPE],
        lifetime=LIFETIME_S,
    )
    return bigquery.Client(project=project, credentials=credentials)
