namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// The slice of one quota that a node has leased: how much may leave here until it speaks with the others again. Held by
/// <see cref="ClientQuota"/>, under its lock.
/// </summary>
internal struct QuotaSlice
{
    // After so many rounds without use a slice is given back.
    private const int IdleRounds = 5;

    private long _left;
    private long _claimed;
    private long _took;
    private long _wanted;
    private int _idle;

    /// <summary>What was reserved when it was last told, and is not to be counted as used by the others for longer than that.</summary>
    public readonly long Claimed => _claimed;

    /// <summary>Whether it covers so much.</summary>
    public readonly bool Covers(long amount) => amount <= _left;

    /// <summary>Takes what left.</summary>
    public void Take(long amount)
    {
        _left = Math.Max(_left - amount, 0);
        _took += amount;
        _idle = 0;
    }

    /// <summary>It was too small for that: the next one is to cover it.</summary>
    public void Want(long amount) => _wanted = Math.Max(_wanted, amount);

    /// <summary>Whether something else should be told of it than was told last.</summary>
    /// <param name="rest">What nobody has taken or leased but this node.</param>
    /// <param name="nodes">How many nodes there are.</param>
    public bool Claim(long rest, int nodes)
    {
        _idle = _took == 0 && _wanted == 0 ? Math.Min(_idle + 1, IdleRounds) : 0;
        var desired = _idle == IdleRounds ? 0 : Desired(Math.Max(rest, 0), nodes);
        var changes = _took > 0 || _wanted > 0 || desired < _claimed - (_claimed / 4) || (_claimed == 0 && desired > 0);
        (_took, _wanted) = (0, 0);
        if (!changes)
        {
            return false;
        }

        // From here on the others are told of no more than this.
        _claimed = desired;
        _left = Math.Min(_left, desired);
        return true;
    }

    /// <summary>The same of what may have no limit; where no node is counted any more, all of it is given back.</summary>
    public bool ClaimOrRelease(long? rest, int nodes)
    {
        if (nodes > 0)
        {
            return rest is { } most && Claim(most, nodes);
        }

        var had = Claimed > 0;
        Release();
        return had;
    }

    /// <summary>What the others have told is known: what of the claim is there, less what has left since it was told.</summary>
    public void Settle(long rest) => _left = Math.Clamp(_claimed - _took, 0, Math.Max(rest, 0));

    /// <summary>Gives all of it back.</summary>
    public void Release() => this = default;

    // Alone a node has what there is; beside others it leaves them half, unless it needs more than that.
    private readonly long Desired(long rest, int nodes)
    {
        if (nodes <= 1)
        {
            return rest;
        }

        var usual = (rest + (2 * nodes) - 1) / (2 * nodes);
        var most = (rest + 1) / 2;
        return Math.Min(rest, Math.Max(Math.Min(Math.Max(usual, 2 * _took), most), _wanted));
    }
}
