using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Remembers the canonical addresses that stand in entries that leave, and in such that must stay: what is known by one leaves for the sake
/// of what names it. Part of <see cref="ShownEntries"/>.
/// </summary>
internal sealed class ShownAddresses
{
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private readonly HashSet<string> _loosely = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ofHidden = new(StringComparer.Ordinal);
    private readonly List<string> _fresh = [];

    /// <summary>Notes an address that stands in what leaves.</summary>
    /// <param name="address">The address.</param>
    /// <param name="loosely">It brings others along only where that need not be asked for.</param>
    public void Add(string address, bool loosely)
    {
        if ((loosely ? _loosely : _named).Add(address))
        {
            _fresh.Add(address);
        }
    }

    /// <summary>Notes an address that stands in what must stay; whether that was news.</summary>
    public bool AddHidden(string address) => _ofHidden.Add(address);

    /// <summary>Whether what leaves names a resource that is known by these.</summary>
    /// <param name="addresses">What it may be named by.</param>
    /// <param name="loosely">What came along brings more along, whether or not that was asked for.</param>
    public bool IsNamed(IReadOnlyList<string> addresses, bool loosely)
    {
        for (var i = 0; i < addresses.Count; i++)
        {
            if (_named.Contains(addresses[i]) || (loosely && _loosely.Contains(addresses[i])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether what must stay names a resource that is known by these.</summary>
    public bool IsOfHidden(IReadOnlyList<string> addresses) => addresses.Any(_ofHidden.Contains);

    /// <summary>Those that leave and were not taken yet.</summary>
    public IReadOnlyList<string> TakeFresh()
    {
        if (_fresh.Count == 0)
        {
            return [];
        }

        string[] fresh = [.. _fresh];
        _fresh.Clear();
        return fresh;
    }
}
