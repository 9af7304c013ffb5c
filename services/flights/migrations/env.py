from kernel import migrate
from services.flights.store import metadata

migrate.run(metadata)
