from kernel import migrate
from services.lostfound.store import metadata

migrate.run(metadata)
