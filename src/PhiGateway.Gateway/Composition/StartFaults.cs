using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Proof.Building;
using PhiGateway.Storage.Common;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Tells faults at start that are an operator's to mend, and whose message is written for one, from faults of the program.
/// </summary>
internal static class StartFaults
{
    /// <summary>A store, the journal, a file or a port that cannot be used.</summary>
    public static bool IsForOperators(Exception fault) =>
        fault
            is StorageException
                or JournalOpenException
                or IOException
                or UnauthorizedAccessException
                or AdminStartException
                or LogFaultException
                // A key file that is none, or that others can read.
                or InvalidDataException;
}
