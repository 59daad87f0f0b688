"""A program with Paho: a sensor that publishes, reconnects and dies, and a listener.

usage: paho_client.py PORT VERSION (4 or 5). Prints what the listener received, as JSON, sorted.
"""

import json
import os
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PORT, VERSION = int(sys.argv[1]), int(sys.argv[2])
BASE = f"paho{VERSION}"
SECONDS = 20


def fail(message):
    print(message, file=sys.stderr)
    os._exit(1)


def make(client_id, keeps_session):
    if VERSION == 4:
        return mqtt.Client(client_id, clean_session=not keeps_session, protocol=mqtt.MQTTv311)
    return mqtt.Client(client_id, protocol=mqtt.MQTTv5)


def start(client, keeps_session):
    """Connects and waits for the CONNACK."""
    connected = threading.Event()
    client.on_connect = lambda _client, _data, _flags, reason, *_: reason == 0 and connected.set()
    client.reconnect_delay_set(1, 1)
    if VERSION == 4:
        client.connect("127.0.0.1", PORT)
    else:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 60 if keeps_session else 0
        client.connect("127.0.0.1", PORT, clean_start=not keeps_session, properties=properties)
    client.loop_start()
    if not connected.wait(SECONDS):
        fail("not connected")
    return connected


listener = make(f"{BASE}-listener", False)
received, all_received = [], threading.Event()
EXPECTED = 3 * 4 + 1


def on_message(_client, _data, message):
    received.append([message.topic, float(message.payload)])
    if len(received) >= EXPECTED:
        all_received.set()


subscribed = threading.Event()
listener.on_message = on_message
listener.on_subscribe = lambda *_: subscribed.set()
start(listener, False)
listener.subscribe(f"{BASE}/#", qos=2)
if not subscribed.wait(SECONDS):
    fail("not subscribed")

sensor = make(f"{BASE}-sensor", True)
sensor.will_set(f"{BASE}/lost", payload="1", qos=1)
connected = start(sensor, True)


def publish(values):
    for qos in (0, 1, 2):
        for value in values:
            sensor.publish(f"{BASE}/q{qos}", payload=str(value), qos=qos).wait_for_publish(SECONDS)


publish([1, 2])
connected.clear()
# A DISCONNECT and a new connection. The session stays.
sensor.disconnect()
sensor.loop_stop()
connected = start(sensor, True)
publish([3, 4])

# The connection ends without a DISCONNECT, so the will is published.
sensor.loop_stop()
sensor.socket().close()
if not all_received.wait(SECONDS):
    fail(f"received only {received}")
listener.disconnect()
print(json.dumps(sorted(received)))
