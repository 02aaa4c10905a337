using System.Net;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Watch.Registered;

/// <summary>What detection takes from the registry about a client: what is approved is no surprise.</summary>
internal sealed record RegisteredClient
{
    public required string Id { get; init; }

    public ClientKind Kind { get; init; } = ClientKind.Service;

    public RiskTier Risk { get; init; } = RiskTier.High;

    /// <summary>Networks from which it may call; empty: nothing is said.</summary>
    public IReadOnlyList<IPNetwork> Networks { get; init; } = [];

    /// <summary>Whether its use case may be used in emergencies.</summary>
    public bool CoversEmergencies { get; init; }

    /// <summary>When its rights were last approved; null: never.</summary>
    public DateTimeOffset? ApprovedAt { get; init; }

    /// <summary>Whether somebody approved networks and this address lies in one of them.</summary>
    public bool Covers(string peer)
    {
        if (Networks.Count == 0 || !IPAddress.TryParse(peer, out var address))
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in Networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }
}
