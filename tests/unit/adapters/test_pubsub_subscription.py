"""How a push subscription of ours is said to Pub/Sub."""

from datetime import timedelta

import pytest

from fritz.adapters.cloud.pubsub import PubSubBus
from fritz.cli.checkout import functions, subscription_of
from fritz.ports import Subscription

ENDPOINT = "https://ingest.example.org/projects/p/topics/ztf-alerts"


@pytest.fixture
def told(monkeypatch):
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "127.0.0.1:1")

    def tell(subscription, **options):
        return PubSubBus("p", **options)._subscription(subscription)

    return tell


def test_push_goes_to_the_endpoint_with_the_accounts_token(told):
    account = "pusher@p.iam.gserviceaccount.com"
    theirs = told(Subscription("s", "t", ENDPOINT), push_account=account)
    assert theirs.push_config.push_endpoint == ENDPOINT
    assert theirs.push_config.oidc_token.service_account_email == account


def test_without_an_account_no_token_is_asked_for(told):
    assert "oidc_token" not in told(Subscription("s", "t", ENDPOINT)).push_config


def test_subscription_never_expires(told):
    theirs = told(Subscription("s", "t", ENDPOINT))
    assert "expiration_policy" in theirs
    assert theirs.expiration_policy.ttl == timedelta(0)


def test_no_back_off_is_said_by_no_policy(told):
    assert "retry_policy" not in told(Subscription("s", "t", ENDPOINT, min_backoff_s=0))


@pytest.mark.parametrize("function", functions(), ids=lambda function: function.name)
def test_function_table_fits_pubsubs_limits(told, function):
    theirs = told(subscription_of(function, ENDPOINT))
    assert 10 <= theirs.ack_deadline_seconds <= 600
    assert theirs.retry_policy.minimum_backoff <= theirs.retry_policy.maximum_backoff
    assert theirs.retry_policy.maximum_backoff <= timedelta(seconds=600)
    if function.dead_letter_topic is None:
        assert "dead_letter_policy" not in theirs
    else:
        assert theirs.dead_letter_policy.dead_letter_topic.startswith("projects/p/topics/")
        assert 5 <= theirs.dead_letter_policy.max_delivery_attempts <= 100
