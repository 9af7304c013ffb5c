from kernel import migrate
from services.shop.store import metadata

migrate.run(metadata)
