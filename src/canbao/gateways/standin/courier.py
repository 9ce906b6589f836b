"""Carries callbacks to the merchant: when they are due, several at once, again when the merchant did not say yes.

Each telling is signed by its channel's platform when it leaves, so that a late one is fresh. Nothing here outlives the process: what was not
delivered is learnt from a query or the bill, as it must be in life.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from canbao.gateways.standin.clock import Clock
from canbao.gateways.standin.platform import Platform, Told

if TYPE_CHECKING:
    import httpx2

AGAIN_AFTER_S = (0.5, 1, 2, 5, 15, 30, 60, 180, 600)  # theirs begin at 15 s and go on for a day
MERCHANT_MAY_TAKE_S = 5
AT_ONCE = 8


@dataclass(slots=True)
class _Telling:
    notify_url: str
    told: Told
    platform: Platform
    spoil: Callable[[bytes], bytes]
    first_answer: "Future[int]"
    attempt: int = field(default=0)


class Courier:
    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._due: list[tuple[float, int, _Telling]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._senders = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="callback")
        self._http: httpx2.Client | None = None
        threading.Thread(target=self._watch, name="courier", daemon=True).start()

    def tell(
        self,
        told: Told,
        platform: Platform,
        waits_s: Sequence[float],
        *,
        to: str,
        spoil: Callable[[bytes], bytes] = lambda body: body,
    ) -> "list[Future[int]]":
        """Tell the merchant, once for each of `waits_s`. The futures hold the status of the first attempt, 0 for none.

        `spoil`: what becomes of the body on the way, the first time that it is sent.
        """
        tellings = [_Telling(to, told, platform, spoil, Future()) for _ in waits_s]
        for telling, wait in zip(tellings, waits_s, strict=True):
            self._schedule(telling, wait)
        return [telling.first_answer for telling in tellings]

    def stop(self) -> None:
        """What is not under way is dropped."""
        self._senders.shutdown(wait=False, cancel_futures=True)

    def _schedule(self, telling: _Telling, wait_s: float) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + wait_s, next(self._count), telling))
            self._changed.notify()

    def _watch(self) -> None:
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                _, _, telling = heapq.heappop(self._due)
            try:
                self._senders.submit(self._send, telling)
            except RuntimeError:  # stopped
                return

    def _send(self, telling: _Telling) -> None:
        headers, body = telling.platform.letter(telling.told, at=self._clock.real())
        status, said = self._post(telling.notify_url, telling.spoil(body) if telling.attempt == 0 else body, headers)
        if not telling.first_answer.done():
            telling.first_answer.set_result(status)
        if not telling.platform.is_heard(status, said) and telling.attempt < len(AGAIN_AFTER_S):
            telling.attempt += 1
            self._schedule(telling, AGAIN_AFTER_S[telling.attempt - 1])

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        import httpx2  # half of the time that a start takes; not needed before the first payment

        if self._http is None:
            self._http = httpx2.Client(timeout=MERCHANT_MAY_TAKE_S, trust_env=False)
        try:
            answer = self._http.post(url, content=body, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return 0, b""
        return answer.status_code, answer.content
