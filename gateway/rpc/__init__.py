"""The gateway's way to the services: pika on asyncio, speaking Nameko's wire format."""

from gateway.rpc.client import Limits as RpcLimits
from gateway.rpc.client import RpcClient
from gateway.rpc.context import CallContext

__all__ = ["CallContext", "RpcClient", "RpcLimits"]
