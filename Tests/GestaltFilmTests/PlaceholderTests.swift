import Testing
import TestSupport

import GestaltFilm
