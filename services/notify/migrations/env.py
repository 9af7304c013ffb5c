from kernel import migrate
from services.notify.store import metadata

migrate.run(metadata)
