namespace PhiGateway.Proof.Verification;

/// <summary>Collects the findings of one verification, the first hundred of each kind; the rest is counted. Not thread-safe.</summary>
public sealed class FindingList(string log)
{
    private const int MostOfAKind = 100;

    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly List<ProofFinding> _findings = [];

    /// <summary>In the order in which they were found.</summary>
    public IReadOnlyList<ProofFinding> Items => _findings;

    /// <summary>How many there were of each kind, those left out among them.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <summary>Adds one.</summary>
    public void Add(string code, long? sequence, string words)
    {
        var count = _counts.GetValueOrDefault(code) + 1;
        _counts[code] = count;
        if (count <= MostOfAKind)
        {
            _findings.Add(new ProofFinding(code, log, sequence, words));
        }
    }
}
