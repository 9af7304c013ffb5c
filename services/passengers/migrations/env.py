from kernel import migrate
from services.passengers.store import metadata

migrate.run(metadata)
