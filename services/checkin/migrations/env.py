from kernel import migrate
from services.checkin.store import metadata

migrate.run(metadata)
