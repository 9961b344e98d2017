"""The server as an application: endpoints, errors in words, measurements."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from psycopg_pool import ConnectionPool, PoolTimeout

from rathaus_desk import __version__
from rathaus_desk.kernel.errors import DeskError
from rathaus_desk.server import town as towns
from rathaus_desk.server.keep import Keep
from rathaus_desk.server.limits import Limits
from rathaus_desk.server.news import News
from rathaus_desk.server.registry import NotAllowed, Registry
from rathaus_desk.server.routes import Server, TooLarge, failed, routes


def build(conninfo: str, *, keep: Keep | None = None, pool_size: int = 16) -> FastAPI:
    """The application. ``conninfo``: PostgreSQL's connection string.

    ``keep``: what lies outside the database; without it nothing can be published, and no erasure is noted.
    """
    pool: towns.Pool = ConnectionPool(
        conninfo,
        min_size=1,
        max_size=pool_size,
        open=False,
        timeout=10,
        check=ConnectionPool.check_connection,
    )
    metrics = CollectorRegistry()
    decided = Counter("rathaus_operations_total", "Operations decided on", ["verdict"], registry=metrics)
    server = Server(pool, Registry(pool), News(conninfo), decided, keep)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        pool.open()
        server.id = server.registry.server_id()
        listening = asyncio.create_task(server.news.listen())
        yield
        listening.cancel()
        pool.close()

    app = FastAPI(
        title="Rathaus Desk: zentraler Server",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    app.state.server = server
    app.include_router(routes)
    _put_errors_into_words(app)
    _measure(app, metrics)
    _watched(app, server, metrics)
    return app


def _put_errors_into_words(app: FastAPI) -> None:
    log = structlog.get_logger("rathaus_desk.server")

    @app.exception_handler(NotAllowed)
    def _not_allowed(_request: Request, error: NotAllowed) -> Response:
        return failed(401 if error.kind == "session" else 403, error.kind, error.sentence)

    @app.exception_handler(towns.Conflicting)
    def _conflicting(_request: Request, error: towns.Conflicting) -> Response:
        return failed(410 if error.kind == "horizon" else 409, error.kind, error.sentence)

    @app.exception_handler(DeskError)
    def _desk_error(_request: Request, error: DeskError) -> Response:
        return failed(422, "unprocessable", error.sentence)

    @app.exception_handler(RequestValidationError)
    def _invalid(_request: Request, _error: RequestValidationError) -> Response:
        return failed(422, "unprocessable", "Die Anfrage ist unvollständig oder falsch aufgebaut.")

    @app.exception_handler(TooLarge)
    def _too_large(_request: Request, _error: TooLarge) -> Response:
        return failed(413, "large", "Die Anfrage ist zu groß.")

    @app.exception_handler(PoolTimeout)
    @app.exception_handler(psycopg.OperationalError)
    def _database(_request: Request, error: psycopg.OperationalError) -> Response:
        log.error("database", error=type(error).__name__, code=error.sqlstate)
        return failed(503, "database", "Die Datenbank des Servers antwortet nicht.", {"Retry-After": "5"})


def _measure(app: FastAPI, metrics: CollectorRegistry) -> None:
    """Counts, times, limits and logs every request; the log has routes, no names and no values."""
    log, limits = structlog.get_logger("rathaus_desk.server"), Limits()
    requests = Counter("rathaus_requests_total", "Requests", ["method", "route", "status"], registry=metrics)
    seconds = Histogram("rathaus_request_seconds", "Time to answer", ["route"], registry=metrics)

    @app.middleware("http")
    async def _measured(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        started = time.perf_counter()
        host = request.client.host if request.client else ""
        if not limits.lets(host, request.url.path):
            sentence = "Zu viele Anfragen; bitte später noch einmal."
            return failed(429, "limit", sentence, {"Retry-After": "30"})
        response = await call_next(request)
        route = getattr(request.scope.get("route"), "path", "other")
        took = time.perf_counter() - started
        requests.labels(request.method, route, response.status_code).inc()
        seconds.labels(route).observe(took)
        log.info(
            "request", method=request.method, route=route, status=response.status_code, seconds=round(took, 4)
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _watched(app: FastAPI, server: Server, metrics: CollectorRegistry) -> None:
    """What monitoring asks."""

    @app.get("/health", include_in_schema=False)
    def health() -> dict[str, str]:
        """The process runs."""
        return {"state": "ok"}

    @app.get("/ready", include_in_schema=False)
    def ready() -> Response:
        """The database answers as well."""
        with server.pool.connection(timeout=3) as connection:
            connection.execute("SELECT 1")
        return JSONResponse({"state": "ok"})

    @app.get("/metrics", include_in_schema=False)
    def prometheus() -> Response:
        """For Prometheus."""
        return Response(generate_latest(metrics), media_type="text/plain; version=0.0.4")
