# The web app and the jobs. Functions are built from their artefacts instead: see `fritz deploy`.
FROM python:3.12-slim

WORKDIR /app
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN pip install --no-cache-dir --no-deps -e shared -e webapp -e emulators \
    && python -m compileall -q shared/src webapp emulators functions \
    && useradd --no-create-home --shell /usr/sbin/nologin fritz
USER fritz

ENV PORT=8080 PYTHONUNBUFFERED=1
# One process: its threads wait for Firestore and BigQuery. Cloud Run itself ends what hangs.
CMD ["sh", "-c", "exec gunicorn --bind :$PORT --workers 1 --threads 80 --timeout 0 webapp.main:app"]
