using PhiGateway.Fhir.Answers;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Holds what was found out about the records that the writes of one request name, so that its entries ask for each once, and how much was
/// asked for. Mutable; not thread-safe.
/// </summary>
internal sealed class NamedSoFar
{
    /// <summary>Records, as <c>Type/id</c>, that this client was found to be able to name.</summary>
    public HashSet<string> Allowed { get; } = new(StringComparer.Ordinal);

    /// <summary>What was looked up because something that is written speaks of it; of a transaction all together.</summary>
    public SpokenRecords SpokenOf { get; } = new();

    /// <summary>Files that were looked up.</summary>
    public int FilesAsked { get; set; }

    /// <summary>Pages behind the first that were read of what conditions match.</summary>
    public int FurtherPages { get; set; }
}
