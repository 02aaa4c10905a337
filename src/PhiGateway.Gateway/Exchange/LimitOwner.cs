using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Exchange;

/// <summary>Whose limits a request is held against: its client's own, and those that all clients of its use case or organization share.</summary>
internal enum LimitOwner : byte
{
    Client,
    UseCase,
    Organization,
}

/// <summary>Says of each owner which limits it has and how refusals name them; asked by Admit and by the way out.</summary>
internal static class LimitOwners
{
    /// <summary>The client first: what refuses it costs the others nothing.</summary>
    public static readonly LimitOwner[] All = [LimitOwner.Client, LimitOwner.UseCase, LimitOwner.Organization];

    /// <summary>The owner's limits; null: it has none.</summary>
    public static ClientLimits? LimitsOf(this ClientEntry entry, LimitOwner owner) =>
        owner switch
        {
            LimitOwner.Client => entry.Client.Limits,
            LimitOwner.UseCase => entry.UseCase?.Limits,
            _ => entry.Organization?.Limits,
        };

    /// <summary>Such as <c>records-per-day-of-organization</c>; of a client's own limits the bare name.</summary>
    public static string NameOf(this LimitOwner owner, string limit) =>
        owner switch
        {
            LimitOwner.Client => limit,
            LimitOwner.UseCase => limit + "-of-use-case",
            _ => limit + "-of-organization",
        };
}
