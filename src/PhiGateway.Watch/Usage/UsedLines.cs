using PhiGateway.Watch.Baselines;

namespace PhiGateway.Watch.Usage;

/// <summary>Remembers lines of the ledger, so that clients which used the same share them; bounded. Not thread-safe.</summary>
/// <remarks>Names can be made up without end: beyond the bound it begins anew, and what is in use stays with those who use it.</remarks>
internal sealed class UsedLines
{
    private const int Most = 16_384;

    private readonly Dictionary<(string Operation, string Purpose, string Tenant), UsedLine> _lines = [];

    public UsedLine Of(string operation, string purpose, string tenant)
    {
        if (_lines.TryGetValue((operation, purpose, tenant), out var line))
        {
            return line;
        }

        if (_lines.Count >= Most)
        {
            _lines.Clear();
        }

        line = new UsedLine(SharedWords.Of(operation), SharedWords.Of(purpose), SharedWords.Of(tenant));
        _lines[(line.Operation, line.Purpose, line.Tenant)] = line;
        return line;
    }

    public void Clear() => _lines.Clear();
}
