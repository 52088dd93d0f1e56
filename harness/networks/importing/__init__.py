"""Files of other frameworks to a Model; each importer is a folder, none runs what it reads."""
