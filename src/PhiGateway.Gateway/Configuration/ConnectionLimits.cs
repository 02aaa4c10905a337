namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// Says how many connections a listener may have, in total and from one address, so that the process never runs out of handles: what the
/// listeners beside it take is what the data plane's has less.
/// </summary>
/// <param name="Total">Of all.</param>
/// <param name="PerPeer">From one address.</param>
internal readonly record struct ConnectionLimits(int Total, int PerPeer)
{
    private const int Least = 16;

    // Journal, stores, key sets, files that are being read.
    private const int Reserved = 256;

    private const int OfData = 10_000;
    private const int OfTokenService = 2_000;
    private const int OfSignalPushes = 200;
    private const int OfControl = 128;

    /// <summary>Of the data plane.</summary>
    public static ConnectionLimits Of(GatewayOptions options)
    {
        var limits = options.Limits;
        var total = limits.Connections ?? Math.Clamp(HandleLimit.Get() / 3, Least, Math.Min(OfData, Most(options)));
        return new ConnectionLimits(total, limits.ConnectionsPerPeer ?? Math.Max(Least, total / 4));
    }

    /// <summary>Of the token service.</summary>
    public static ConnectionLimits OfTokens(LimitOptions limits) => Beside(limits.TokenConnections, OfTokenService, 8, 4);

    /// <summary>Of the listener for pushed signals.</summary>
    public static ConnectionLimits OfSignals(LimitOptions limits) => Beside(limits.SignalConnections, OfSignalPushes, 16, 4);

    /// <summary>Of the control plane; half of them are never one address's, so that an emergency finds a place.</summary>
    public static ConnectionLimits OfAdministrators(LimitOptions limits) => Beside(limits.AdminConnections, OfControl, 8, 2);

    /// <summary>The most that fit: a handle for each client's connection and one for its call upstream, beside the other listeners.</summary>
    public static int Most(GatewayOptions options)
    {
        var beside = OfAdministrators(options.Limits).Total;
        beside += options.TokenService is null ? 0 : OfTokens(options.Limits).Total;
        beside += options.Signals.Listener is null ? 0 : OfSignals(options.Limits).Total;
        return Math.Max(Least, (HandleLimit.Get() - Reserved - beside) / 2);
    }

    /// <summary>The most that one of the other listeners may have: all of them together leave room for the data plane.</summary>
    public static int MostBeside() => Math.Max(Least, HandleLimit.Get() / 6);

    private static ConnectionLimits Beside(int? told, int most, int share, int peers)
    {
        var total = told ?? Math.Clamp(HandleLimit.Get() / share, Least, most);
        return new ConnectionLimits(total, Math.Max(Least, total / peers));
    }
}
