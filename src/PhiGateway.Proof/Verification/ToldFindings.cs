namespace PhiGateway.Proof.Verification;

/// <summary>
/// What the background verifier has told of, each once, and of one code no more than fits; kept by <see cref="LogWatch"/>. Not thread-safe.
/// </summary>
/// <remarks>
/// Security: a thousand edits of no consequence must not hide the one that matters. A code has a share of its own; where it is used up, only
/// places further on than all before are told, further apart each time, so that whoever closed an alert hears of more.
/// </remarks>
internal sealed class ToldFindings
{
    /// <summary>Most places of one code that are told one by one.</summary>
    public const int MostOfACode = 500;

    private readonly Dictionary<(string Code, long? Sequence), ProofFinding> _items = [];
    private readonly Dictionary<string, Share> _shares = new(StringComparer.Ordinal);

    /// <summary>All that was told.</summary>
    public IReadOnlyList<ProofFinding> Items => [.. _items.Values];

    /// <summary>Whether a finding is to be told now.</summary>
    public bool TryAdd(ProofFinding finding)
    {
        if (!_shares.TryGetValue(finding.Code, out var share))
        {
            _shares[finding.Code] = share = new Share();
        }

        if (_items.ContainsKey((finding.Code, finding.Sequence)) || !share.Takes(finding.Sequence))
        {
            return false;
        }

        _items[(finding.Code, finding.Sequence)] = finding;
        return true;
    }

    private sealed class Share
    {
        private int _told;
        private long _highest = -1;
        private long _apart = 1;

        public bool Takes(long? sequence)
        {
            if (_told < MostOfACode)
            {
                _told++;
                _highest = Math.Max(_highest, sequence ?? -1);
                return true;
            }

            if (sequence is not { } place || place < _highest + _apart)
            {
                return false;
            }

            (_highest, _apart) = (place, _apart * 2);
            return true;
        }
    }
}
