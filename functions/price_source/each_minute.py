"""What reads the feeds, made when the clock first rings: nobody else needs what it loads."""

from price_source.fetching import Https
from price_source.operations import prices, register
from price_source.pulling import Puller
from price_source.settings import EVENT_BUS_NAME
from zerodesk_aws.bus import Bus

puller = Puller(register, prices, Bus(EVENT_BUS_NAME), Https())
