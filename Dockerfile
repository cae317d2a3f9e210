FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

# A number, so that an orchestrator can see that it is not root.
RUN useradd --system --uid 10001 --no-create-home shotlist \
 && install --directory --owner=shotlist --group=shotlist data

COPY bot bot
COPY cogs cogs
RUN python -m compileall -q bot cogs

USER 10001
VOLUME /app/data
EXPOSE 8080

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:%s/healthz' % (os.environ.get('HEALTH_PORT') or 8080), timeout=3)"]

# No shell in between: SIGTERM reaches the bot.
CMD ["python", "-m", "bot", "run"]
