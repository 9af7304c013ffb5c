from kernel import migrate
from services.staff.store import metadata

migrate.run(metadata)
