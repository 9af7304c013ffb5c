from kernel import migrate
from services.partners.store import metadata

migrate.run(metadata)
