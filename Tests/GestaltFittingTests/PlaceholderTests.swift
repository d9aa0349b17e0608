import Testing
import TestSupport

import GestaltFitting
