"""One folder, one Nameko service, one database. Others are reached through their front doors only."""
