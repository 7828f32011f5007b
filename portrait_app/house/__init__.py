"""The house's own keeper: starts the database, the darkroom, the worker and the web process, and keeps them running."""
