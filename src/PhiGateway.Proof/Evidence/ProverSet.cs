using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Proof.Evidence;

/// <summary>
/// Gives the prover of each log that this node keeps: the one that it writes, and those of earlier generations whose files and salts are
/// still there. Thread-safe.
/// </summary>
/// <param name="own">Of the log that the node writes.</param>
/// <param name="directory">Folder with a folder for each generation.</param>
/// <param name="secrets">Salts of the generations.</param>
public sealed class ProverSet(LogProver own, string directory, LogSecrets secrets) : ITrailProof
{
    /// <summary>Of the log that the node writes.</summary>
    public LogProver Own => own;

    /// <summary>Of a log by its name; null when this node does not keep it whole.</summary>
    public LogProver? Of(string log)
    {
        if (log == own.Log)
        {
            return own;
        }

        var files = new LogFiles(Path.Combine(directory, LogOrigin.Folder(log)));
        try
        {
            return
                File.Exists(Path.Combine(files.Folder, KeyStatement.FileName(0)))
                && files.ReadCheckpoint() is var (_, checkpoint)
                && checkpoint.Origin == LogOrigin.Of(log)
                ? new LogProver(files, secrets.EntriesOf(log))
                : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public bool Proves(AuditEntry row)
    {
        try
        {
            return Of(row.Log)?.Proves(row) == true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
