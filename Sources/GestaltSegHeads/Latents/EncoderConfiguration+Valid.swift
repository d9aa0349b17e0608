import GestaltChecks
import GestaltModels
import GestaltVideo

/// Stops on an invalid configuration made by a program.
func requireValid(_ configuration: some EncoderConfiguration) {
    do { try configuration.validate() } catch { stop("\(error)") }
}
