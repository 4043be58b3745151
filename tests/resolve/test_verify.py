"""The verdict over looks: recovered only when everything promised was seen, twice, and nothing is missing."""

from datetime import timedelta
from typing import Any

from incident_mcp.resolve.verification import Verification
from incident_mcp.resolve.verify import verify
from incident_mcp.vocabulary.observation import ConditionSeen, LogSeen, NotChecked, Observation
from incident_mcp.vocabulary.plan import Promise
from incident_mcp.vocabulary.verdict import Kept, Verdict
from tests.investigate.observations import NOW, container, deployment, log, observation, pod, service, workload

API = deployment("api")
PROMISE = Promise(ready=3, within=timedelta(minutes=2), gone="KeyError")
SENT = NOW


def look(seconds: float, ready: int = 3, restarts: int = 0, **fields: Any) -> Observation:
    """`seconds` after the action, with three pods of which so many are ready."""
    running = container(state="running", ready=True, restarts=restarts)
    pods = [pod("api", f"api-{number}", running, ready=number < ready) for number in range(3)]
    seen = observation(workload("api", ready, 3, **fields), *pods, service("api", ready, 3 - ready))
    return seen.model_copy(update={"at": SENT + timedelta(seconds=seconds)})


def quiet_logs() -> list[LogSeen]:
    return [log(each, "INFO listening", start="02:14:10") for each in look(0).pods_of(API)]


def judge(*looks: Observation, logs: list[LogSeen] | None = None, promise: Promise | None = PROMISE) -> Verification:
    return verify(looks, API, promise=promise, since=SENT, logs=quiet_logs() if logs is None else logs)


def test_ready_for_the_whole_soak_is_recovered_as_promised() -> None:
    found = judge(look(0, 0), look(6), look(16))
    assert found.verdict is Verdict.RECOVERED
    assert found.headline == "recovered, as promised"
    assert found.detail == "3 of 3 ready for 10 s, no restart, 3 endpoints, no new error"


def test_later_than_promised_is_said() -> None:
    found = judge(look(100, 0), look(130), look(145))
    assert found.headline == "recovered, later than promised"


def test_one_look_is_not_enough() -> None:
    found = judge(look(6))
    assert found.verdict is Verdict.NOT_YET_KNOWN
    assert found.detail == "watched for 0 s of 10 s"


def test_no_look_is_never_green() -> None:
    assert judge().verdict is Verdict.NOT_YET_KNOWN


def test_not_ready_in_time_is_not_recovered() -> None:
    found = judge(look(60, 1), look(121, 1))
    assert found.verdict is Verdict.NOT_RECOVERED
    assert found.detail == "1 of 3 ready"


def test_not_ready_while_there_is_time_is_not_yet_known() -> None:
    assert judge(look(3, 0), look(5, 1)).verdict is Verdict.NOT_YET_KNOWN


def test_a_restart_during_the_soak_is_not_recovered() -> None:
    found = judge(look(6), look(16, restarts=1))
    assert found.verdict is Verdict.NOT_RECOVERED
    assert found.detail == "3 restarts"


def test_restarts_of_before_do_not_count() -> None:
    assert judge(look(6, restarts=4), look(16, restarts=4)).verdict is Verdict.RECOVERED


def test_the_error_in_a_new_line_is_not_recovered() -> None:
    again = [*quiet_logs()[:2], log(look(0).pods_of(API)[2], "KeyError: 'PAYMENT_URL'", start="02:14:10")]
    found = judge(look(6), look(16), logs=again)
    assert found.verdict is Verdict.NOT_RECOVERED
    assert found.detail == "KeyError again in api-2 (1 line)"


def test_the_error_in_an_old_line_does_not_count() -> None:
    old = [*quiet_logs()[:2], log(look(0).pods_of(API)[2], "KeyError: 'PAYMENT_URL'", start="02:13:00")]
    assert judge(look(6), look(16), logs=old).verdict is Verdict.RECOVERED


def test_logs_that_were_not_read_are_not_green() -> None:
    found = judge(look(6), look(16), logs=[])
    assert (found.verdict, found.detail) == (Verdict.NOT_YET_KNOWN, "logs not read")
    found = judge(look(6), look(16), logs=quiet_logs()[:1])
    assert (found.verdict, found.detail) == (Verdict.NOT_YET_KNOWN, "2 logs not read")


def test_endpoints_that_were_not_checked_are_not_green() -> None:
    unseen = NotChecked(what="endpoints in shop", why="Forbidden")
    found = judge(look(6), look(16).model_copy(update={"not_checked": (unseen,)}))
    assert (found.verdict, found.detail) == (Verdict.NOT_YET_KNOWN, "endpoints not checked")


def test_ready_pods_that_no_service_reaches_are_not_recovered() -> None:
    last = look(16)
    empty = last.model_copy(update={"services": (service("api", 0),)})
    found = judge(look(6), empty)
    assert (found.verdict, found.detail) == (Verdict.NOT_RECOVERED, "Service shop/api has no endpoints")


def test_a_rollout_that_is_not_complete_is_not_yet_known() -> None:
    assert judge(look(6, updated=2), look(16, updated=2)).verdict is Verdict.NOT_YET_KNOWN


def test_counts_about_an_older_spec_do_not_count() -> None:
    condition = ConditionSeen(type="Available", status="True")
    stale = look(6, generation_seen=False, conditions=(condition,))
    assert judge(stale, look(16, generation_seen=False)).verdict is Verdict.NOT_YET_KNOWN


def test_scaled_to_zero_is_no_recovery() -> None:
    def empty(seconds: float) -> Observation:
        seen = observation(workload("api", 0, 0), service("api", 0))
        return seen.model_copy(update={"at": SENT + timedelta(seconds=seconds)})

    promise = Promise(ready=0, within=timedelta(minutes=2))
    found = verify([empty(1), empty(12)], API, promise=promise, since=SENT)
    assert found.verdict is Verdict.NOT_YET_KNOWN
    assert "scaled to zero, it serves nothing" in found.detail


def test_without_a_promise_the_present_state_is_judged() -> None:
    found = verify([look(0), look(12)], API)
    assert (found.verdict, found.promise) == (Verdict.RECOVERED, None)
    assert found.headline == "recovered"
    assert verify([look(0, 1), look(12, 1)], API).verdict is Verdict.NOT_RECOVERED


def fate(*looks: Observation, before: bool | None = False) -> Kept | None:
    return verify(looks, API, promise=PROMISE, since=SENT, before=before, logs=quiet_logs()).promise


def test_a_promise_is_kept_in_time_or_not_and_open_until_then() -> None:
    assert fate(look(6), look(16)) is Kept.AS_PROMISED
    assert fate(look(3, 0), look(5, 1)) is None
    assert fate(look(3, 0), look(130, 1)) is Kept.NOT_AS_PROMISED
    assert fate(look(100, 0), look(130), look(145)) is Kept.NOT_AS_PROMISED
    assert fate(look(130), look(145)) is Kept.CANT_TELL, "nobody looked in time"


def test_what_healed_before_the_action_gives_it_no_credit() -> None:
    found = verify([look(6), look(16)], API, promise=PROMISE, since=SENT, before=True, logs=quiet_logs())
    assert found.promise is Kept.BETTER_BEFORE
    assert found.headline == "recovered, better before the action"
    assert fate(look(3, 0), look(130, 1), before=True) is Kept.NOT_AS_PROMISED, "it did not stay so"
