"""The private servers that everything else stands on."""

from __future__ import annotations

import pika
import psycopg2

from deploy.broker import Broker
from tests.support.databases import Postgres


def _channel(url: str) -> tuple[pika.BlockingConnection, pika.adapters.blocking_connection.BlockingChannel]:
    connection = pika.BlockingConnection(pika.URLParameters(url))
    return connection, connection.channel()


def test_a_durable_message_outlives_a_restart_of_the_broker(broker: Broker) -> None:
    connection, channel = _channel(broker.url)
    channel.queue_declare("kept", durable=True)
    channel.confirm_delivery()
    channel.basic_publish("", "kept", b"news", pika.BasicProperties(delivery_mode=2))
    connection.close()
    broker.restart()
    connection, channel = _channel(broker.url)
    _, _, body = channel.basic_get("kept", auto_ack=True)
    channel.queue_delete("kept")
    connection.close()
    assert body == b"news"


def test_a_virtual_host_has_no_queue_of_another(broker: Broker, vhost_url: str) -> None:
    first, channel = _channel(broker.url)
    channel.queue_declare("only-here", exclusive=True)
    second, other = _channel(vhost_url)
    assert other.queue_declare("only-here", exclusive=True).method.message_count == 0
    first.close()
    second.close()


def test_databases_are_made_empty(postgres: Postgres) -> None:
    connection = psycopg2.connect(postgres.new_database())
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        assert cursor.fetchone() == (0,)
    connection.close()
