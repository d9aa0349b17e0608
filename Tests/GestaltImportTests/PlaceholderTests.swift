import Testing
import TestSupport

import GestaltImport
