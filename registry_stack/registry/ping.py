"""Whether a registry answers, as engines ask it.

Source: distribution's HTTP API V2, "API Version Check": GET /v2/ is answered with 200, or 401 if it wants a login.
"""

import http.client
import ssl

from registry_stack.common.errors import RegistryError
from registry_stack.common.waiting import wait_until
from registry_stack.registry.https import PinnedServer

_SECONDS_TO_ANSWER = 5


def wait_until_answering(
    registry: PinnedServer, seconds: float, *, seconds_to_answer: float = _SECONDS_TO_ANSWER
) -> None:
    """Waits until a registry answers, at most `seconds`; each question waits `seconds_to_answer`.

    Raises DeadlineError, or at once RegistryError for a certificate that does not fit: it never will.
    """
    what = f"the registry {registry.host} at {registry.address}:{registry.port}"

    def answers() -> bool:
        try:
            with registry.get("/v2/", seconds_to_answer) as answer:
                status = answer.status
        except ssl.SSLCertVerificationError as error:  # an OSError too, but not one to wait out
            raise RegistryError(f"{what} is not trusted: {error.verify_message}") from None
        if status not in (http.client.OK, http.client.UNAUTHORIZED):
            raise ConnectionError(f"GET /v2/ was answered with {status}")
        return True

    wait_until(what, answers, seconds, failures=(OSError, http.client.HTTPException))
