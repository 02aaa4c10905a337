namespace PhiGateway.Proof.Verification;

/// <summary>
/// What the background verifier has told of, each once, and of one code no more than fits; kept by <see cref="LogWatch"/>. Not thread-safe.
/// </summary>
/// <remarks>
/// Security: a thousand edits of no consequence must not hide the one that matters. A code has a share of its own; where it is used up, only
/// places further on than all before are told, further apart each time, so that whoever closed an alert hears of more. What stands before
/// the log or behind it has a share beside: one row far off is further on than all there will be.
/// </remarks>
internal sealed class ToldFindings
{
    /// <summary>Most places of one code that are told one by one.</summary>
    public const int MostOfACode = 500;

    private readonly Dictionary<(string Code, long? Sequence), ProofFinding> _items = [];
    private readonly Dictionary<(string Code, bool IsOutside), Share> _shares = [];

    /// <summary>All that was told.</summary>
    public IReadOnlyList<ProofFinding> Items => [.. _items.Values];

    /// <summary>Whether a finding is to be told now.</summary>
    /// <param name="finding">What was found.</param>
    /// <param name="written">The last place that the node has written.</param>
    public bool TryAdd(ProofFinding finding, long written)
    {
        var key = (finding.Code, finding.Sequence < 0 || finding.Sequence > written);
        if (!_shares.TryGetValue(key, out var share))
        {
            _shares[key] = share = new Share();
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

            // Subtracted, and not added to: the highest may be the last place that there can be.
            if (sequence is not { } place || place <= _highest || place - Math.Max(_highest, 0) < _apart)
            {
                return false;
            }

            (_highest, _apart) = (place, Math.Min(_apart, long.MaxValue / 2) * 2);
            return true;
        }
    }
}
