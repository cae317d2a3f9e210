"""How many examples the tests against hostile input try: few each time, many in ``make fuzz``."""

from hypothesis import HealthCheck, settings

FUZZ = "fuzz"
FUZZ_FACTOR = 50

settings.register_profile(FUZZ, print_blob=True)


def examples(usual: int, *, factor: int = FUZZ_FACTOR) -> settings:
    """``usual`` examples, and ``factor`` times as many under ``--hypothesis-profile=fuzz``.

    ``usual`` is chosen so that a test takes about a second. How long an example takes says
    nothing on a busy machine, so it is not looked at.
    """
    fuzzing = settings.get_current_profile_name() == FUZZ
    return settings(
        max_examples=usual * factor if fuzzing else usual,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
