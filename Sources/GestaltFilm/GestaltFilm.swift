import GestaltIO
import Subprocess
