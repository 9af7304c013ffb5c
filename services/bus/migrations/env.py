from kernel import migrate
from services.bus.store import metadata

migrate.run(metadata)
