"""Our other services, in this service's own words, asked on behalf of the account."""

from services.dispatch.peers.accounts import AccountsPeer
from services.dispatch.peers.billing import BillingPeer
from services.dispatch.peers.letters import LettersPeer
from services.dispatch.peers.signature import SignaturePeer

__all__ = ["AccountsPeer", "BillingPeer", "LettersPeer", "SignaturePeer"]
