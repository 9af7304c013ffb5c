from kernel import migrate
from services.payments.store import metadata

migrate.run(metadata)
