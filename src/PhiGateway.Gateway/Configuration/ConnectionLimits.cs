namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// Says how many client connections there may be, in total and from one address, so that the process never runs out of handles.
/// </summary>
/// <param name="Total">Of all.</param>
/// <param name="PerPeer">From one address.</param>
internal readonly record struct ConnectionLimits(int Total, int PerPeer)
{
    /// <summary>Connections to the control plane; they come out of what is reserved.</summary>
    public const int OfAdministrators = 128;

    // Journal, stores, key sets, the control plane, files that are being read.
    private const int Reserved = 384;

    private const int Default = 10_000;

    /// <summary>The limits in force.</summary>
    public static ConnectionLimits Of(LimitOptions limits)
    {
        var total = limits.Connections ?? Math.Clamp(HandleLimit.Get() / 3, 16, Math.Min(Default, Most()));
        return new ConnectionLimits(total, limits.ConnectionsPerPeer ?? Math.Max(16, total / 4));
    }

    /// <summary>The most that fit: a handle for each client's connection and one for its call upstream.</summary>
    public static int Most() => Math.Max(16, (HandleLimit.Get() - Reserved) / 2);
}
