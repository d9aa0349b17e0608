import Testing
import TestSupport

import GestaltLabels
