"""Makes an SQLite file of SQL texts: journal.py FILE SQL..."""

import sqlite3
import sys

database = sqlite3.connect(sys.argv[1])
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        database.executescript(file.read())
database.close()
